using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Formats.Export;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Numpy;

/// <summary>Writes OGBench's npz files: what its own loader reads, and gripper_closed, height and success beside it.</summary>
internal sealed class OgBenchExporter : IDatasetExporter
{
    public string Format => "ogbench";
    public string Description => "NAME.npz (and NAME-val.npz) with observations, actions and terminals, for OGBench and plain numpy";
    public IReadOnlyList<string> Layouts { get; } = ["ogbench", "ogbench-compact", "ogbench-regular"];

    public IReadOnlyList<string> Write(EpisodeStore store, string folder, DatasetExportOptions options, Action<long>? progress,
        CancellationToken cancellation)
    {
        var layout = options.Layout is null ? OgBenchLayout.Stored : (OgBenchLayout)Layouts.ToList().IndexOf(options.Layout);
        Check(store, options, layout);
        var validation = (int)Math.Round(options.Validation * store.EpisodeCount, MidpointRounding.AwayFromZero);
        var train = store.EpisodeCount - validation;
        if (train == 0) throw new ActionableException($"{validation} of {store.EpisodeCount} episodes would be for validation: leave some to train on");
        AtomicFile.CreateFolder(folder);
        var files = new List<string>();
        Add(options.Name + ".npz", 0, train);
        if (validation > 0) Add(options.Name + "-val.npz", train, store.EpisodeCount);
        return files;

        void Add(string name, int first, int end)
        {
            var path = Path.Combine(folder, name);
            AtomicFile.Write(path, stream => new OgBenchWriter(store, first, end, layout, progress, cancellation).Write(stream));
            files.Add(path);
        }
    }

    private void Check(EpisodeStore store, DatasetExportOptions options, OgBenchLayout layout)
    {
        if ((int)layout < 0) throw new ActionableException($"layout {FileFault.Quote(options.Layout!)} is none of {string.Join(", ", Layouts)}: choose one");
        if (options.Name.Length == 0 || options.Name.Any(char.IsControl) || Path.GetFileName(options.Name) != options.Name || options.Name is "." or "..")
            throw new ActionableException($"name {FileFault.Quote(options.Name)} is no file name: give one without folders");
        if (options.Images != ImageEncoding.Lossless)
            throw new ActionableException("npz files hold raw pixels: leave images lossless, or choose another format");
        if (options.Validation is not (>= 0 and < 1))
            throw new ActionableException($"a share of {options.Validation} for validation is not valid: give 0 to less than 1");
        if (store.EpisodeCount == 0) throw new ActionableException($"dataset {FileFault.Show(store.Folder)}: holds no episodes: record some first");
        for (var e = 0; layout == OgBenchLayout.Regular && e < store.EpisodeCount; e++)
            if (store.Steps(e) == 0)
                throw new ActionableException($"dataset {FileFault.Show(store.Folder)}: episode {e} has no steps, which {Layouts[2]} has no rows for: "
                    + $"choose {Layouts[0]} or {Layouts[1]}");
    }
}
