namespace ActionableModels;

/// <summary>The streams of <see cref="Compute.RandomKey"/>: every use of random numbers has its own, so that no two
/// share numbers. Simulated worlds use streams from 0x54410000 on, benchmarks from 0x42000000 on.</summary>
public static class Streams
{
    /// <summary>Initial weights.</summary>
    public const uint Initialisation = 1;
    /// <summary>Which transitions and goals enter a batch.</summary>
    public const uint Examples = 2;
    /// <summary>Crops and photometric distortion of a batch.</summary>
    public const uint Augmentation = 3;
    /// <summary>Pixel noise of current images.</summary>
    public const uint PixelNoise = 4;
    /// <summary>Candidates that the target's maximum is taken over.</summary>
    public const uint TargetCandidates = 5;
    /// <summary>Candidates for negative actions.</summary>
    public const uint NegativeCandidates = 6;
    /// <summary>Which candidates become negatives.</summary>
    public const uint NegativeDraws = 7;
    /// <summary>CEM samples of a policy.</summary>
    public const uint Policy = 8;
    /// <summary>Seeds of evaluation episodes.</summary>
    public const uint Evaluation = 9;
    /// <summary>Pixel noise of goal images.</summary>
    public const uint GoalPixelNoise = 10;
    /// <summary>Rows held aside for the Q-value histograms.</summary>
    public const uint Probe = 11;
    /// <summary>Which goal candidate a value-based sampler takes.</summary>
    public const uint GoalChoice = 12;
    /// <summary>Images that a controller warms up on.</summary>
    public const uint Rehearsal = 13;
    /// <summary>Which recorded steps and goals an offline evaluation asks about.</summary>
    public const uint OfflineSteps = 14;
    /// <summary>The actions and foreign goals that it compares them with.</summary>
    public const uint OfflineActions = 15;
    /// <summary>Which episodes a bootstrap draws.</summary>
    public const uint Bootstrap = 16;
    /// <summary>Where an episode's frames are cut from the source's images.</summary>
    public const uint FrameCrop = 17;
}
