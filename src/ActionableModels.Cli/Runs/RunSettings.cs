using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Learning;

namespace ActionableModels.Cli;

/// <summary>settings.json of a run: what it learns from and how. Holds no times, so equal runs write equal files.</summary>
/// <param name="Dataset">Name of the dataset's folder.</param>
/// <param name="Task">Task of the dataset.</param>
/// <param name="Recording">How the dataset was recorded: camera, mix, …</param>
/// <param name="DatasetEpisodes">Its episodes.</param>
/// <param name="DatasetFrames">Its frames.</param>
/// <param name="ImageHeight">Camera image height.</param>
/// <param name="ImageWidth">Camera image width.</param>
/// <param name="Parameters">Trained parameters of the network.</param>
/// <param name="Training">The training settings.</param>
internal sealed record RunSettings(string Dataset, string Task, IReadOnlyDictionary<string, string> Recording, int DatasetEpisodes,
    long DatasetFrames, int ImageHeight, int ImageWidth, long Parameters, TrainingSettings Training)
{
    public static RunSettings Of(EpisodeStore store, TrainingSettings training, long parameters) => new(
        Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(store.Folder))), store.Header.Task,
        store.Header.Settings ?? new Dictionary<string, string>(), store.EpisodeCount, store.FrameCount,
        store.ImageHeight, store.ImageWidth, parameters, training);

    /// <summary>The settings of the run that a checkpoint belongs to; null for a checkpoint outside a run.</summary>
    public static RunSettings? Beside(string checkpoint) => In(Path.GetDirectoryName(Path.GetFullPath(checkpoint))!);

    /// <summary>The settings of a run; null for a folder that holds none.</summary>
    public static RunSettings? In(string folder)
    {
        var settings = RunFolder.ReadJson<RunSettings>(Path.Combine(folder, RunFolder.SettingsName));
        return settings is { Training: not null, Recording: not null, Task: not null, Dataset: not null } ? settings : null;
    }

    /// <summary>Checks that a dataset is still the one that the run began with.</summary>
    /// <exception cref="ActionableException">It has more or fewer episodes now: the batches would be others.</exception>
    public void RequireSameDataset(EpisodeStore store, string run)
    {
        if (store.EpisodeCount != DatasetEpisodes || store.FrameCount != DatasetFrames)
            throw new ActionableException($"{store.Folder}: holds {store.EpisodeCount} episodes of {store.FrameCount} frames, the run in {run} "
                + $"began with {DatasetEpisodes} of {DatasetFrames}; give the dataset as it was, or start a new run");
    }
}
