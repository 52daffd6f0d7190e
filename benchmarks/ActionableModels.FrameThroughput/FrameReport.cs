namespace ActionableModels.FrameThroughput;

/// <summary>What the program writes.</summary>
internal sealed record FrameReport(string What, string Date, string Machine, string? Commit, string Command, string Libturbojpeg, string Ours,
    double Seconds, int Rounds, string Unit, IReadOnlyList<QualityResult> Results);

/// <summary>The frames of one JPEG quality.</summary>
/// <param name="Quality">Of JPEG.</param>
/// <param name="Frames">Frames in the file.</param>
/// <param name="BytesPerFrame">Their mean length.</param>
/// <param name="Sides">Every side's figures.</param>
/// <param name="DecodeOverLibturbojpeg">Median over rounds of our decoding's rate, by processor time, over libturbojpeg's of the same round.</param>
/// <param name="ReadOverLibturbojpeg">The same for reading from the file.</param>
/// <param name="BatchesOverLibturbojpeg">The same for assembling batches on one thread.</param>
/// <param name="TwoThreadsOverOne">Batches of two threads over those of one, by the clock.</param>
internal sealed record QualityResult(int Quality, int Frames, double BytesPerFrame, IReadOnlyList<SideResult> Sides, double DecodeOverLibturbojpeg,
    double ReadOverLibturbojpeg, double BatchesOverLibturbojpeg, double TwoThreadsOverOne);

/// <summary>One side: medians over rounds, and every round.</summary>
internal sealed record SideResult(string Side, string What, FrameRate Median, IReadOnlyList<FrameRate> Rounds);

/// <summary>Frames per second of the clock, and per second that processors worked for the process: those of one core, whatever else ran there.</summary>
internal readonly record struct FrameRate(double PerSecond, double PerProcessorSecond);
