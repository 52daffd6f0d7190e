using ActionableModels.Compute;

namespace ActionableModels.Networks;

/// <summary>Everything of a decision or label that depends on the images alone: the tower's map and the image part of the head.</summary>
public sealed class PairEncoder
{
    private readonly InferenceTower tower;

    /// <summary>Plans the encoder of a network for the pairs of <paramref name="images"/>.</summary>
    public PairEncoder(Arena arena, NetworkSpec spec, FoldedNetwork network, ImageInput images)
    {
        tower = new InferenceTower(arena, spec, network, images);
        Image = new ImagePart(arena, spec, network, tower.Map);
    }

    /// <summary>What heads run on, fresh after <see cref="Encode"/>.</summary>
    public ImagePart Image { get; }

    /// <summary>Runs the tower once on the loaded images.</summary>
    public void Encode()
    {
        tower.Forward();
        Image.Refresh();
    }
}
