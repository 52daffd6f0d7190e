using ActionableModels.Compute;

namespace ActionableModels.Networks;

/// <summary>Everything of a decision or label that depends on the images alone: the tower's map and the image part of the head.</summary>
public sealed class PairEncoder
{
    private readonly InferenceTower tower;
    private readonly FoldedNetwork network;
    private readonly ImageInput images;
    private readonly byte[] goal;
    private readonly bool keeps;
    private long version = -1;

    /// <summary>Plans the encoder of a network for the pairs of <paramref name="images"/>.</summary>
    public PairEncoder(Arena arena, NetworkSpec spec, FoldedNetwork network, ImageInput images)
    {
        (this.network, this.images, keeps) = (network, images, images.Apart && KeepsGoal(arena.Device, spec));
        tower = new InferenceTower(arena, spec, network, images);
        Image = new ImagePart(arena, spec, network, tower.Map);
        goal = keeps ? new byte[images.Batch * images.CameraHeight * images.CameraWidth * 3] : [];
    }

    /// <summary>
    /// Whether what depends on the goal images alone can be kept from one <see cref="Encode(ReadOnlySpan{byte}, ReadOnlySpan{byte})"/> to the
    /// next: all of a goal tower, or the goal's channels of the first convolution, which is linear in them. It takes an <see cref="ImageInput"/>
    /// that keeps the images apart, on a device that adds convolutions.
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
    /// Loads images (UInt8, B·H·W·3 each; cut at the centre, not distorted) and runs the tower on them. The goal's part is computed again only
    /// for other goal images or weights than before; the results are the same bits either way.
    /// </summary>
    public void Encode(ReadOnlySpan<byte> currentImages, ReadOnlySpan<byte> goalImages)
    {
        if (!keeps)
        {
            images.Load(currentImages, goalImages);
            Encode();
            return;
        }
        if (version != network.Version || !goalImages.SequenceEqual(goal)) EncodeGoal(goalImages);
        images.LoadCurrent(currentImages);
        tower.ForwardCurrent();
        Image.Refresh();
    }

    private void EncodeGoal(ReadOnlySpan<byte> goalImages)
    {
        version = -1;
        images.LoadGoal(goalImages);
        tower.ForwardGoal();
        goalImages.CopyTo(goal);
        version = network.Version;
    }
}
