using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;

namespace ActionableModels.Cli.Latency;

/// <summary>What bench act prints and writes.</summary>
/// <param name="Machine">Processor and cores.</param>
/// <param name="System">The operating system.</param>
/// <param name="Runtime">What compiled the program: .NET's just-in-time compiler, or ahead of time.</param>
/// <param name="Commit">The commit that the program was built from, where the build knows it.</param>
/// <param name="Arguments">The command line.</param>
/// <param name="Date">UTC, when the measurement began.</param>
/// <param name="Device">What decides.</param>
/// <param name="Description">The device in words.</param>
/// <param name="InstructionSet">The processor's vector instructions in use; null on other devices.</param>
/// <param name="Threads">Threads that compute; null on other devices.</param>
/// <param name="Cores">Cores that they stay on; null where the system chooses.</param>
/// <param name="Convolution">How convolutions are computed on the cpu.</param>
/// <param name="Network">Name of the network.</param>
/// <param name="Source">The model file, or that the weights are fresh.</param>
/// <param name="CameraHeight">Rows of an image.</param>
/// <param name="CameraWidth">Columns of an image.</param>
/// <param name="Images">Different images that decisions go round.</param>
/// <param name="CemIterations">Rounds of CEM.</param>
/// <param name="CemSamples">Samples of a round.</param>
/// <param name="RateHz">Decisions on the schedule each second; null: one right after the other.</param>
/// <param name="Unit">Unit of times: ms.</param>
/// <param name="Runs">The measurements.</param>
internal sealed record LatencyReport(string Machine, string System, string Runtime, string? Commit, IReadOnlyList<string> Arguments,
    string Date, string Device, string Description, SimdLevel? InstructionSet, int? Threads, IReadOnlyList<int>? Cores, string? Convolution,
    string Network, string Source, int CameraHeight, int CameraWidth, int Images, int CemIterations, int CemSamples, double? RateHz,
    string Unit, IReadOnlyList<LatencyRun> Runs)
{
    /// <summary>Its name in the folder of a run, where `actionable report` finds it.</summary>
    public const string FileName = "latency.json";

    /// <summary>Reads what bench act wrote; null where there is no file.</summary>
    /// <exception cref="ActionableException">The file is something else.</exception>
    public static LatencyReport? Read(string file)
    {
        var report = RunFolder.ReadJson<LatencyReport>(file);
        return report is null || report.IsSound ? report
            : throw new ActionableException($"{file}: is no result of bench act; remove it or write it again");
    }

    private bool IsSound =>
        new object?[] { Machine, System, Runtime, Arguments, Date, Description, Network, Source }.All(part => part is not null)
        && RateHz is null or > 0 && Runs is { Count: > 0 } && Runs.All(run => run is not null && run.IsSound(RateHz is not null))
        && Runs.Any(run => run.Budget?.ShareOfFull is null);
}

/// <summary>One measurement.</summary>
/// <param name="Name">alone or beside the load, with the budget if there is one.</param>
/// <param name="Load">What kept the other cores busy; null: nothing of ours.</param>
/// <param name="Decisions">Decisions measured.</param>
/// <param name="Seconds">Time that they took together.</param>
/// <param name="PerSecond">Decisions each second.</param>
/// <param name="Latency">From calling act to having the action, copy back from a GPU included.</param>
/// <param name="Pace">Times against the schedule; null without one.</param>
/// <param name="Budget">How the budget was kept; null without one.</param>
/// <param name="AllocatedBytes">Managed bytes that the whole process allocated while it was measured, exact.</param>
/// <param name="Collections">Garbage collections of generation 0 or higher, 1 or higher, and 2.</param>
/// <param name="Thread">What the system did to the deciding thread; null where it does not tell.</param>
/// <param name="Interventions">The controller's counters.</param>
internal sealed record LatencyRun(string Name, LoadFigures? Load, long Decisions, double Seconds, double PerSecond, TimeFigures Latency,
    PaceFigures? Pace, BudgetFigures? Budget, long AllocatedBytes, IReadOnlyList<int> Collections, ThreadUse? Thread,
    InterventionCounts Interventions)
{
    /// <summary>Whether a run that was read can be shown.</summary>
    internal bool IsSound(bool paced) => Name is not null && TimeFigures.AreSound(Latency) && Interventions is not null
        && Collections is { Count: 3 } && Load is null or { What: not null, Cores: not null } && paced == Pace is not null
        && (Pace is null || (TimeFigures.AreSound(Pace.Lateness) && TimeFigures.AreSound(Pace.Response)))
        && (Budget?.Overshoot is null || TimeFigures.AreSound(Budget.Overshoot));
}

/// <summary>The load beside a measurement.</summary>
/// <param name="What">What it does.</param>
/// <param name="Cores">The cores that it keeps busy, one thread on each.</param>
/// <param name="Share">How busy it kept each of them: 1 is all of the time.</param>
/// <param name="Note">What is wrong with that; null: nothing.</param>
internal sealed record LoadFigures(string What, IReadOnlyList<int> Cores, double Share, string? Note)
{
    /// <summary>Least share of a load that had its cores to itself.</summary>
    public const double LeastShare = 0.9;

    /// <summary>A load that was measured.</summary>
    public static LoadFigures Of(string what, IReadOnlyList<int> cores, double share) => new(what, cores, share, share >= LeastShare ? null
        : $"the load had only {LatencyText.Percent(share)} of its cores: the machine did other work, and times may show it; measure again");
}

/// <summary>Times against the schedule of paced decisions.</summary>
/// <param name="Lateness">From the time on the schedule to being awake.</param>
/// <param name="Response">From the time on the schedule to having the action.</param>
/// <param name="Missed">Times on the schedule that passed while the decision before was not done.</param>
internal sealed record PaceFigures(TimeFigures Lateness, TimeFigures Response, long Missed);

/// <summary>How a budget was kept.</summary>
/// <param name="Milliseconds">The budget.</param>
/// <param name="ShareOfFull">The budget as a share of the median time without one; null if that was not measured.</param>
/// <param name="Inside">Share of decisions that took no longer.</param>
/// <param name="Overshoot">How far the others went beyond it; null if there were none.</param>
/// <param name="MeanSamples">Actions that CEM evaluated, mean.</param>
/// <param name="FewestSamples">Actions that CEM evaluated in the decision with the fewest.</param>
internal sealed record BudgetFigures(double Milliseconds, double? ShareOfFull, double Inside, TimeFigures? Overshoot, double MeanSamples,
    int FewestSamples);
