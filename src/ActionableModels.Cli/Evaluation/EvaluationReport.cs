using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Evaluation;
using ActionableModels.Simulation;

namespace ActionableModels.Cli;

/// <summary>What eval prints and writes.</summary>
internal sealed record EvaluationReport(string Task, string Camera, string Policy, string? Checkpoint, string? Method, long? Step,
    ulong Seed, int Episodes, int Successes, double SuccessRate, double[] SuccessInterval, double GraspRate, double MeanSteps, double Seconds)
{
    /// <summary>Reads a result that eval wrote.</summary>
    /// <exception cref="ActionableException">The file is none.</exception>
    public static EvaluationReport Read(string file) =>
        RunFolder.ReadJson<EvaluationReport>(file) is { Policy: not null, Successes: >= 0, SuccessInterval.Length: 2 } report
        && report.Successes <= report.Episodes ? report
        : throw new ActionableException($"{file}: is no result of eval; remove it or write it again");

    /// <summary>The result of a policy in a world.</summary>
    public static EvaluationReport Of(EvaluationResult result, TabletopOptions world, string policy, string? checkpoint,
        CheckpointHeader? header, ulong seed, double seconds)
    {
        var interval = result.Interval;
        return new(world.Task, world.Camera, policy, checkpoint, header?.Settings.Method, header?.Step, seed,
            result.Episodes, result.Successes, result.SuccessRate, [interval.Low, interval.High],
            result.GraspRate, result.Outcomes.Average(outcome => outcome.Steps), seconds);
    }
}
