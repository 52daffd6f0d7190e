using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Learning;
using ActionableModels.Networks;
using ActionableModels.Policies;

namespace ActionableModels.Cli.Bench;

/// <summary>One decision of the policy, from the bytes of two camera images to an action.</summary>
internal sealed class DecisionWork : Workload
{
    private const ulong Seed = 1;
    private readonly Checkpoint checkpoint;
    private readonly GoalReachingPolicy policy;
    private readonly byte[] current, goal;
    private readonly float[] state = RandomInputs.States(1), action = new float[ActionSpace.Dimensions];
    private ulong decision;

    public DecisionWork(Device device, NetworkSpec spec) : base(device)
    {
        checkpoint = RandomNetwork.Checkpoint(device, spec, new TrainingSettings(), Seed);
        policy = new GoalReachingPolicy(device, checkpoint.Policy);
        byte[] Image(ulong which) => RandomInputs.Images(1, spec.ImageHeight, spec.ImageWidth, which);
        (current, goal) = (Image(0), Image(1));
    }

    public override double Amount => 1;
    public override string RateUnit => "decisions/s";

    public override void Run() => Act(decision++);

    public override void Describe(ExchangeFile file)
    {
        var q = Act(0);
        var spec = checkpoint.Header.Network;
        ReadOnlySpan<long> image = [1, spec.ImageHeight, spec.ImageWidth, 3];
        file.Add("input/current", image, current);
        file.Add("input/goal", image, goal);
        file.Add("input/states", [1, state.Length], state);
        SampleQ.AddBox(file, Device, checkpoint.Header.Actions);
        file.Add("parameter/", spec, checkpoint.Layout, checkpoint.Average);
        file.Add("output/action", [1, action.Length], action);
        file.Add("output/action_q", [1], [q]);
        SampleQ.Add(file, Device, [("output/q", checkpoint)], current, goal, state);
    }

    public override void Dispose()
    {
        policy.Dispose();
        base.Dispose();
    }

    private float Act(ulong number) => policy.Act(current, goal, state, new RandomKey(Seed, Streams.Policy, number), action);
}
