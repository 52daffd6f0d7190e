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
public sealed unsafe class GoalReachingPolicy : IPolicy, IDisposable
{
    private readonly Device device;
    private readonly Arena arena;
    private readonly PairEncoder encoder;
    private readonly CrossEntropyMethod? cem;
    private readonly InferenceHead? cloned;
    private readonly float[] outputs = new float[ClonedAction.Outputs], logit = new float[1];
    private readonly ActionSpace space;
    private readonly WorkSequence decision;
    private readonly CemSettings? cemSettings;
    // The caller's arguments while it waits in Act.
    private byte* currentImage, goalImage;
    private int currentBytes, goalBytes;
    private float* state;
    private RandomKey key;

    /// <summary>Plans the policy of a model for one image pair at a time.</summary>
    public GoalReachingPolicy(Device device, PolicyModel model, CemSettings? cemSettings = null)
    {
        var header = model.Header;
        (this.device, Header, space, this.cemSettings) = (device, header, header.Actions, cemSettings);
        arena = new Arena(device, 4 << 20);
        try
        {
            var average = new ParameterSet(arena, model.Layout);
            device.Upload<float>(model.Average, average.All);
            var folded = new FoldedNetwork(arena, header.Network, average, pack: true);
            folded.Refresh();
            var images = new ImageInput(arena, header.Network, 1, header.CameraHeight, header.CameraWidth,
                apart: PairEncoder.KeepsGoal(device, header.Network));
            encoder = new PairEncoder(arena, header.Network, folded, images);
            if (header.Network.Output == NetworkOutput.Action) cloned = new InferenceHead(arena, header.Network, folded, encoder.Image, 1);
            else cem = new CrossEntropyMethod(arena, header.Network, folded, encoder.Image, new ActionBox(arena, space),
                cemSettings ?? CemSettings.QtOpt);
            decision = device.Sequence(Decide);
        }
        catch (OutOfDeviceMemoryException fault)
        {
            arena.Dispose();
            throw Explain(fault);
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
        fixed (byte* current = currentImage, goal = goalImage)
        fixed (float* robot = state)
        {
            this.currentImage = current;
            this.goalImage = goal;
            this.state = robot;
            (this.key, currentBytes, goalBytes) = (key, currentImage.Length, goalImage.Length);
            try
            {
                decision.Run();
            }
            catch (OutOfDeviceMemoryException fault)
            {
                throw Explain(fault);
            }
        }
        if (cem is not null)
        {
            device.Download(cem.BestActions, action);
            device.Download<float>(cem.BestLogits, logit);
            RequireFinite(logit);
            return 1 / (1 + MathF.Exp(-logit[0]));
        }
        device.Download<float>(cloned!.Outputs, outputs);
        RequireFinite(outputs);
        ClonedAction.Decode(outputs, space, action);
        return float.NaN;
    }

    private OutOfDeviceMemoryException Explain(OutOfDeviceMemoryException fault) =>
        MemoryNeed.Explain(fault, device, $"deciding with network '{Header.Network.Name}'", measuring =>
        {
            var layout = new ParameterLayout(Header.Network);
            using var policy = new GoalReachingPolicy(measuring, new PolicyModel(Header, layout, []), cemSettings);
            var image = new byte[Header.CameraHeight * Header.CameraWidth * 3];
            policy.Act(image, image, new float[ActionSpace.StateDimensions], default, new float[ActionSpace.Dimensions]);
        });

    private void Decide()
    {
        encoder.Encode(new(currentImage, currentBytes), new(goalImage, goalBytes));
        device.Upload(new ReadOnlySpan<float>(state, ActionSpace.StateDimensions), cem?.States ?? cloned!.States);
        if (cem is not null) cem.Search(key);
        else cloned!.Forward();
    }

    // A robot must not be given what is not a number.
    private void RequireFinite(ReadOnlySpan<float> numbers)
    {
        if (!TensorPrimitives.IsFiniteAll(numbers))
            throw new ActionableException(
                $"network '{Header.Network.Name}' does not give a finite number for this state: check the robot's state, or use a checkpoint from before the training diverged");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        decision.Dispose();
        arena.Dispose();
    }
}
