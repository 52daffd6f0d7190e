using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Policies;
using ActionableModels.Simulation;

namespace ActionableModels.Cli;

/// <summary>The policies that can be evaluated, by the names of the command line.</summary>
internal static class EvaluatedPolicies
{
    public const string Trained = "trained", Untrained = "untrained", Random = "random", Script = "script";
    public static IReadOnlyList<string> Names { get; } = [Trained, Untrained, Random, Script];

    /// <summary>A policy; the network's ones need a model.</summary>
    public static IPolicy Create(string name, Device device, PolicyModel? model, TabletopEnvironment environment, ulong seed) => name switch
    {
        Trained => new GoalReachingPolicy(device, model!),
        Untrained => new GoalReachingPolicy(device, Checkpoint.Create(device, model!.Header).Policy),
        Random => new UniformPolicy(environment.Actions),
        Script => new ScriptAsPolicy(environment, seed),
        _ => throw new ActionableException(ActionableModels.Names.Unknown("policy", name, Names)),
    };

    private sealed class ScriptAsPolicy(TabletopEnvironment environment, ulong seed) : IPolicy
    {
        private readonly ScriptedPolicy script = ScriptedPolicy.For(environment.Task, noise: 0, epsilon: 0);

        // The evaluator counts steps in the lower half of the counter.
        public float Act(
            ReadOnlySpan<byte> currentImage, ReadOnlySpan<byte> goalImage, ReadOnlySpan<float> state, RandomKey key, Span<float> action)
        {
            script.Act(environment, new RandomKey(seed, key.Stream, key.Counter >> 32), (int)(uint)key.Counter, action);
            return float.NaN;
        }
    }
}
