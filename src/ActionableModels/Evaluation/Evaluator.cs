using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Environments;
using ActionableModels.Metrics;
using ActionableModels.Policies;

namespace ActionableModels.Evaluation;

/// <summary>One evaluated episode.</summary>
/// <param name="Seed">Seed of the scene and goal.</param>
/// <param name="Success">The goal was reached.</param>
/// <param name="Grasped">An object was held at some time.</param>
/// <param name="Steps">Steps taken.</param>
/// <param name="Goal">Goal image, kept for the first episodes only.</param>
/// <param name="Frames">Camera images in order, kept for the first episodes only.</param>
public sealed record EpisodeOutcome(ulong Seed, bool Success, bool Grasped, int Steps, byte[]? Goal, IReadOnlyList<byte[]>? Frames);

/// <summary>Success of a policy over seeded goals.</summary>
/// <param name="Outcomes">Every episode.</param>
public sealed record EvaluationResult(IReadOnlyList<EpisodeOutcome> Outcomes)
{
    /// <summary>Episodes.</summary>
    public int Episodes => Outcomes.Count;
    /// <summary>Episodes whose goal was reached.</summary>
    public int Successes => Outcomes.Count(outcome => outcome.Success);
    /// <summary>Share of episodes whose goal was reached.</summary>
    public double SuccessRate => Episodes == 0 ? 0 : (double)Successes / Episodes;
    /// <summary>Share of episodes in which an object was held.</summary>
    public double GraspRate => Episodes == 0 ? 0 : (double)Outcomes.Count(outcome => outcome.Grasped) / Episodes;
    /// <summary>95 % Wilson interval of the success rate.</summary>
    public WilsonInterval Interval => WilsonInterval.Of(Successes, Episodes);
}

/// <summary>
/// Runs a policy on goal images that the environment makes from seeds. The scenes come from the evaluation stream and are never
/// recorded, so evaluation touches no training data.
/// </summary>
public static class Evaluator
{
    /// <summary>Evaluates.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="environment">The world.</param>
    /// <param name="episodes">Episodes to run.</param>
    /// <param name="seed">Seed of the goals: equal seeds compare policies on equal goals.</param>
    /// <param name="keepFrames">How many first episodes keep their images.</param>
    /// <param name="progress">Called after every episode with the number done.</param>
    public static EvaluationResult Run(IPolicy policy, IGoalEnvironment environment, int episodes, ulong seed, int keepFrames = 0,
        Action<int>? progress = null)
    {
        var outcomes = new List<EpisodeOutcome>(episodes);
        var action = new float[ActionSpace.Dimensions];
        for (var e = 0; e < episodes; e++)
        {
            var key = new RandomKey(seed, Streams.Evaluation, (ulong)e);
            var (high, low, _, _) = Philox.Block(key, 0);
            var world = ((ulong)high << 32) | low;
            var observation = environment.Reset(world);
            var keep = e < keepFrames;
            var frames = keep ? new List<byte[]> { observation.Image.ToArray() } : null;
            var (steps, success, grasped) = (0, false, false);
            while (true)
            {
                policy.Act(observation.Image.Span, environment.GoalImage, observation.State.Span,
                    new RandomKey(seed, Streams.Policy, (ulong)e << 32 | (uint)steps), action);
                var result = environment.Step(action);
                observation = result.Observation;
                steps++;
                frames?.Add(observation.Image.ToArray());
                (success, grasped) = (result.Info.Success, grasped || result.Info.Grasped);
                if (result.Terminated || result.Truncated || steps >= environment.MaxSteps) break;
            }
            outcomes.Add(new(world, success, grasped, steps, keep ? environment.GoalImage.ToArray() : null, frames));
            progress?.Invoke(e + 1);
        }
        return new EvaluationResult(outcomes);
    }
}
