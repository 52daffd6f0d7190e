using ActionableModels.Compute;

namespace ActionableModels.Networks;

/// <summary>Everything of a decision or label that depends on the images alone: the tower's map and the image part of the head.</summary>
public sealed class PairEncoder
{
    private readonly InferenceTower tower;
    private readonly ImageInput images;

    /// <summary>Plans the encoder of a network for the pairs of <paramref name="images"/>.</summary>
    public PairEncoder(Arena arena, NetworkSpec spec, FoldedNetwork network, ImageInput images)
    {
        this.images = images;
        tower = new InferenceTower(arena, spec, network, images);
        Image = new ImagePart(arena, spec, network, tower.Map);
    }

    /// <summary>
    /// Whether images that are kept apart spare work where goals stay: the first convolution is linear in the goal's channels, whose part
    /// is then computed once for each goal; a goal tower is kept whole. It takes a device that adds convolutions.
    /// </summary>
    public static bool KeepsGoal(Device device, NetworkSpec spec) => spec.GoalMerge == GoalMerge.Towers ? device.AddsConvolutions
        : spec.Tower[0] is { Kind: LayerKind.Conv } first
            && device.HalvesConvolution(Shape.Of(1, spec.ImageHeight, spec.ImageWidth, spec.InputChannels), first.Channels, first.Window);

    /// <summary>What heads run on, fresh after <see cref="Encode()"/>.</summary>
    public ImagePart Image { get; }

    /// <summary>Runs the tower once on the loaded images.</summary>
    public void Encode()
    {
        tower.Forward();
        Image.Refresh();
    }

    /// <summary>
    /// Loads the goal images (UInt8, B·H·W·3; cut at the centre) and computes what depends on them alone: it holds until the next ones, or
    /// until the weights change.
    /// </summary>
    public void EncodeGoal(ReadOnlySpan<byte> goalImages)
    {
        images.LoadGoal(goalImages);
        tower.ForwardGoal();
    }

    /// <summary>
    /// Loads the current images (UInt8, B·H·W·3; cut at the centre) beside the goals of <see cref="EncodeGoal"/> and runs the rest of the
    /// tower: the same bits as <see cref="Encode()"/> on both.
    /// </summary>
    public void Encode(ReadOnlySpan<byte> currentImages)
    {
        images.LoadCurrent(currentImages);
        tower.ForwardCurrent();
        Image.Refresh();
    }
}
