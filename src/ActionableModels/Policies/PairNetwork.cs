using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Networks;

namespace ActionableModels.Policies;

/// <summary>The averaged parameters of a model on a device, with the images and the tower of one image pair.</summary>
internal sealed class PairNetwork
{
    private readonly Arena arena;
    private readonly FoldedNetwork folded;
    private readonly NetworkSpec spec;

    public PairNetwork(Arena arena, PolicyModel model)
    {
        var header = model.Header;
        (this.arena, spec) = (arena, header.Network);
        var average = new ParameterSet(arena, model.Layout);
        arena.Device.Upload<float>(model.Average, average.All);
        folded = new FoldedNetwork(arena, spec, average);
        folded.Refresh();
        Images = new ImageInput(arena, spec, 1, header.CameraHeight, header.CameraWidth);
        Encoder = new PairEncoder(arena, spec, folded, Images);
    }

    /// <summary>The pair.</summary>
    public ImageInput Images { get; }
    /// <summary>The tower.</summary>
    public PairEncoder Encoder { get; }

    /// <summary>Plans a head for so many actions on the pair.</summary>
    public InferenceHead Head(int actions) => new(arena, spec, folded, Encoder.Image, actions);

    /// <summary>Plans a search for the best action.</summary>
    public CrossEntropyMethod Search(ActionBox box, CemSettings settings, int parts) =>
        new(arena, spec, folded, Encoder.Image, box, settings, parts);
}
