using ActionableModels.Cli.Latency;

namespace ActionableModels.AgainstOnnxRuntime;

/// <summary>What the program writes.</summary>
internal sealed record ComparisonReport(string What, string Date, string Machine, string? Commit, string Command, string OnnxRuntime,
    string Ours, int Core, double Seconds, int Decisions, string Unit, IReadOnlyList<NetworkResult> Results);

/// <summary>One network.</summary>
/// <param name="Network">Name.</param>
/// <param name="Source">The model file, or that the weights are fresh.</param>
/// <param name="Block">Decisions of one side in a row.</param>
/// <param name="Forms">What each form of ONNX Runtime's graphs took, in turns of their own.</param>
/// <param name="Ours">Times of our decisions.</param>
/// <param name="Interventions">Counters of the controller of our decisions.</param>
/// <param name="OnnxRuntime">In turn with ours: the fastest form by p50, the fastest by p99 where the trials tell, the plain one.</param>
/// <param name="Ratios">At each quantile, of that form which is the fastest there.</param>
internal sealed record NetworkResult(string Network, string Source, int Block, IReadOnlyList<FormResult> Forms, TimeFigures Ours,
    InterventionCounts Interventions, IReadOnlyList<PeerResult> OnnxRuntime, Ratios Ratios);

/// <summary>ONNX Runtime's decisions in one form of its graphs.</summary>
internal sealed record PeerResult(string Form, TimeFigures Times, Ratios Ratios);

/// <summary>One form of the graphs.</summary>
/// <param name="Form">In words.</param>
/// <param name="Trials">Decisions of the trial.</param>
/// <param name="P50">Of the trial.</param>
/// <param name="P99">Of the trial; null if there were fewer than 100 decisions.</param>
/// <param name="LargestDifference">Between our Q and its.</param>
/// <param name="SameActions">Images on which both searches chose the same action.</param>
/// <param name="Images">Images on which they were compared.</param>
internal sealed record FormResult(string Form, long Trials, double P50, double? P99, float LargestDifference, int SameActions, int Images);

/// <summary>ONNX Runtime's time over ours: above 1, ours is faster. Null where there were too few decisions for a quantile.</summary>
internal sealed record Ratios(double Mean, double P50, double? P90, double? P99, double? P999)
{
    /// <summary>Of two measurements.</summary>
    public static Ratios Of(TimeFigures ours, TimeFigures theirs) =>
        new(theirs.Mean / ours.Mean, theirs.P50 / ours.P50, theirs.P90 / ours.P90, theirs.P99 / ours.P99, theirs.P999 / ours.P999);

    /// <summary>The least of each.</summary>
    public static Ratios Least(IEnumerable<PeerResult> peers)
    {
        var all = peers.Select(peer => peer.Ratios).ToArray();
        return new(all.Min(r => r.Mean), all.Min(r => r.P50), all.Min(r => r.P90), all.Min(r => r.P99), all.Min(r => r.P999));
    }
}
