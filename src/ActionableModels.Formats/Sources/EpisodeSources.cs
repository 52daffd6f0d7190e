using ActionableModels.Compute;
using ActionableModels.Formats.Hdf5;
using ActionableModels.Formats.Numpy;
using ActionableModels.Formats.Rlds;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Sources;

/// <summary>Finds out what kind of dataset lies at a path, and opens it.</summary>
public static class EpisodeSources
{
    /// <summary>What can be read, a line each, for help texts.</summary>
    public static IReadOnlyList<string> Formats { get; } =
    [
        "rlds: TFDS folder with features.json and dataset_info.json (mt_opt, kuka, fractal20220817_data, bridge, …)",
        "robomimic: HDF5 file with /data/demo_K",
        "minari: folder with main_data.hdf5 and metadata.json, or the data/ folder above it",
        "ogbench: npz file with observations, actions and terminals",
    ];

    /// <summary>Whether a path looks like a dataset of one of the formats; nothing is opened that could fail.</summary>
    public static bool Recognises(string path) => RldsSource.Recognises(path) || Hdf5Source.Recognises(path) || NpzSource.Recognises(path);

    /// <summary>Opens a dataset.</summary>
    /// <param name="path">Folder or file.</param>
    /// <param name="options">How.</param>
    /// <exception cref="ActionableException">There is nothing, it is of no known format, or its description is damaged.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The options allow larger records than there can be.</exception>
    public static IEpisodeSource Open(string path, SourceOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.LargestRecord, SourceOptions.MostLargestRecord);
        if (!File.Exists(path) && !Directory.Exists(path))
            throw new ActionableException($"{FileFault.Show(path)}: there is no such file or folder: check the path");
        if (RldsSource.Recognises(path)) return RldsSource.Open(path, options);
        if (Hdf5Source.Recognises(path)) return Hdf5Source.Open(path, options);
        if (NpzSource.Recognises(path)) return NpzSource.Open(path, options);
        if (File.Exists(Path.Combine(path, "meta", "info.json")))
            throw new ActionableException($"{FileFault.Show(path)}: this is a LeRobot dataset, which lies in Parquet files that this program does not "
                + "read: convert it to RLDS, robomimic or OGBench first");
        if (Hdf5Source.Several(path) is { } several)
            throw new ActionableException($"{FileFault.Show(path)}: several HDF5 files lie there: name one of {several}");
        throw new ActionableException($"{FileFault.Show(path)}: no dataset of a known format lies there; known are "
            + string.Join("; ", Formats));
    }
}
