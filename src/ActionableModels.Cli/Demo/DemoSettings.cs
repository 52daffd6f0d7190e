using ActionableModels.Learning;
using ActionableModels.Simulation;

namespace ActionableModels.Cli;

/// <summary>What the demo does: the one place to tune it. The whole takes less than ten minutes on two cores.</summary>
internal sealed record DemoSettings
{
    /// <summary>The world.</summary>
    public TabletopOptions World { get; init; } = new() { Task = TabletopOptions.PickAndPlace, Camera = TabletopOptions.Tilted,
        ImageHeight = 48, ImageWidth = 48 };
    /// <summary>Who records: traces in which half of all actions are random and most episodes miss their goal.</summary>
    public RecordingMix Mix { get; init; } = RecordingMix.Dithering;
    /// <summary>Episodes to record.</summary>
    public int DatasetEpisodes { get; init; } = 5000;
    /// <summary>Actions in each.</summary>
    public int EpisodeSteps { get; init; } = 14;
    /// <summary>The method.</summary>
    public TrainingSettings Training { get; init; } = new() { Preset = "compact-48", Steps = 30_000, FinalRateShare = 0.1f };
    /// <summary>Episodes to evaluate each policy on.</summary>
    public int EvaluationEpisodes { get; init; } = 200;
}
