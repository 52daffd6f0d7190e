using System.Numerics.Tensors;
using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Learning;
using ActionableModels.Networks;

namespace ActionableModels.Policies;

/// <summary>
/// The trained policy: π(s, g) = argmax_a Q(s, a, g) by CEM, or the cloned action of a GCBC network. Uses the averaged parameters.
/// One instance is for one thread; a decision allocates nothing.
/// </summary>
public sealed class GoalReachingPolicy : IPolicy, IDisposable
{
    private readonly Device device;
    private readonly Arena arena;
    private readonly ImageInput images;
    private readonly PairEncoder encoder;
    private readonly CrossEntropyMethod? cem;
    private readonly InferenceHead? cloned;
    private readonly float[] outputs = new float[ClonedAction.Outputs], logit = new float[1];
    private readonly ActionSpace space;

    /// <summary>Plans the policy of a checkpoint for one image pair at a time.</summary>
    public GoalReachingPolicy(Device device, Checkpoint checkpoint, CemSettings? cemSettings = null)
    {
        var header = checkpoint.Header;
        (this.device, Header, space) = (device, header, header.Actions);
        arena = new Arena(device, 4 << 20);
        try
        {
            var average = new ParameterSet(arena, checkpoint.Layout);
            device.Upload<float>(checkpoint.Average, average.All);
            var folded = new FoldedNetwork(arena, header.Network, average);
            folded.Refresh();
            images = new ImageInput(arena, header.Network, 1, header.CameraHeight, header.CameraWidth);
            encoder = new PairEncoder(arena, header.Network, folded, images);
            if (header.Network.Output == NetworkOutput.Action) cloned = new InferenceHead(arena, header.Network, folded, encoder.Image, 1);
            else cem = new CrossEntropyMethod(arena, header.Network, folded, encoder.Image, new ActionBox(arena, space),
                cemSettings ?? CemSettings.QtOpt);
        }
        catch
        {
            arena.Dispose();
            throw;
        }
    }

    /// <summary>What the policy was trained as.</summary>
    public CheckpointHeader Header { get; }

    /// <inheritdoc/>
    public float Act(ReadOnlySpan<byte> currentImage, ReadOnlySpan<byte> goalImage, ReadOnlySpan<float> state, RandomKey key,
        Span<float> action)
    {
        if (state.Length != ActionSpace.StateDimensions || action.Length != ActionSpace.Dimensions)
            throw new ArgumentException(
                $"a state of {state.Length} numbers and an action of {action.Length}: expected {ActionSpace.StateDimensions} and {ActionSpace.Dimensions}");
        images.Load(currentImage, goalImage);
        encoder.Encode();
        if (cem is not null)
        {
            device.Upload(state, cem.States);
            cem.Search(key);
            device.Download(cem.BestActions, action);
            device.Download<float>(cem.BestLogits, logit);
            RequireFinite(logit);
            return 1 / (1 + MathF.Exp(-logit[0]));
        }
        device.Upload(state, cloned!.States);
        cloned.Forward();
        device.Download<float>(cloned.Outputs, outputs);
        RequireFinite(outputs);
        ClonedAction.Decode(outputs, space, action);
        return float.NaN;
    }

    // A robot must not be given what is not a number.
    private void RequireFinite(ReadOnlySpan<float> numbers)
    {
        if (!TensorPrimitives.IsFiniteAll(numbers))
            throw new ActionableException(
                $"network '{Header.Network.Name}' does not give a finite number for this state: check the robot's state, or use a checkpoint from before the training diverged");
    }

    /// <inheritdoc/>
    public void Dispose() => arena.Dispose();
}
