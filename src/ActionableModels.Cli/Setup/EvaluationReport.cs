using ActionableModels.Compute;
using ActionableModels.Evaluation;

namespace ActionableModels.Cli;

/// <summary>What eval prints and writes.</summary>
internal sealed record EvaluationReport(string Task, string Camera, string Policy, string? Checkpoint, string? Method, long? Step, ulong Seed, int Episodes, int Successes,
    double SuccessRate, double[] SuccessInterval, double GraspRate, double MeanSteps, double Seconds)
{
    /// <summary>Checks a result that was read from a file.</summary>
    /// <exception cref="ActionableException">Its numbers do not fit together.</exception>
    public EvaluationReport Checked(string file) => Policy is not null && Successes >= 0 && Successes <= Episodes && SuccessInterval is { Length: 2 } ? this
        : throw new ActionableException($"{file}: is no result of eval; remove it or write it again");

    public static EvaluationReport Of(EvaluationResult result, string task, string camera, string policy, string? checkpoint, string? method, long? step, ulong seed, double seconds)
    {
        var interval = result.Interval;
        return new(task, camera, policy, checkpoint, method, step, seed, result.Episodes, result.Successes, result.SuccessRate, [interval.Low, interval.High],
            result.GraspRate, result.Outcomes.Average(outcome => outcome.Steps), seconds);
    }
}
