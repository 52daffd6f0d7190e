using ActionableModels.Cli.Latency;

namespace ActionableModels.AgainstOnnxRuntime;

/// <summary>What the program writes.</summary>
internal sealed record ComparisonReport(string What, string Date, string Machine, string? Commit, string Command, string OnnxRuntime, string Ours,
    int Core, double Seconds, string Unit, IReadOnlyList<PresetResult> Results);

/// <summary>One network.</summary>
/// <param name="Preset">Name.</param>
/// <param name="Block">Decisions of one side in a row.</param>
/// <param name="LargestDifference">Of Q between both, over 64 actions on each of four images.</param>
/// <param name="Forms">What each form of ONNX Runtime's graphs took, in turns of their own.</param>
/// <param name="Ours">Times of our decisions.</param>
/// <param name="OnnxRuntime">The fastest of the forms, then the plain one, in turn with ours.</param>
internal sealed record PresetResult(string Preset, int Block, float LargestDifference, IReadOnlyList<FormResult> Forms, TimeFigures Ours,
    IReadOnlyList<PeerResult> OnnxRuntime);

/// <summary>ONNX Runtime's decisions in one form of its graphs.</summary>
internal sealed record PeerResult(string Form, TimeFigures Times, Ratios Ratios);

/// <summary>One form of the graphs.</summary>
internal sealed record FormResult(string Form, double P50, double P99, float LargestDifference);

/// <summary>ONNX Runtime's time over ours: above 1, ours is faster.</summary>
internal sealed record Ratios(double Mean, double P50, double P90, double P99, double P999)
{
    /// <summary>Of two measurements.</summary>
    public static Ratios Of(TimeFigures ours, TimeFigures theirs) =>
        new(theirs.Mean / ours.Mean, theirs.P50 / ours.P50, theirs.P90 / ours.P90, theirs.P99 / ours.P99, theirs.P999 / ours.P999);
}
