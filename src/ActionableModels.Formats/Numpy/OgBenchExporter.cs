using System.Text;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Formats.Export;
using ActionableModels.Formats.Mappings;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Numpy;

/// <summary>Writes OGBench's npz files: what its own loader reads, and gripper_closed, height and success beside it.</summary>
internal sealed class OgBenchExporter : IDatasetExporter
{
    public string Format => "ogbench";
    public string Description => "NAME.npz (and NAME-val.npz) with observations, actions and terminals, for OGBench and plain numpy";
    public IReadOnlyList<string> Layouts { get; } = ["ogbench", "ogbench-compact", "ogbench-regular"];
    public bool Splits => true;

    public IReadOnlyList<string> Write(EpisodeStore store, string folder, DatasetExportOptions options, Action<long>? progress,
        CancellationToken cancellation)
    {
        var layout = options.Layout is null ? OgBenchLayout.Stored : (OgBenchLayout)Layouts.ToList().IndexOf(options.Layout);
        Check(store, options, layout);
        var episodes = options.EpisodesOf(store);
        var train = episodes - options.ValidationOf(store);
        AtomicFile.CreateFolder(folder);
        var files = new List<string>();
        Add(options.Name + ".npz", 0, train);
        var other = options.Name + "-val.npz";
        if (train < episodes) Add(other, train, episodes);
        else Remove(Path.Combine(folder, other));
        var mapping = EpisodeMapping.PathBeside(files[0]);
        AtomicFile.WriteBytes(mapping, Encoding.UTF8.GetBytes(EpisodeMapping.OfExport(Format, store.Actions)));
        return [.. files, mapping];

        void Add(string name, int first, int end)
        {
            var path = Path.Combine(folder, name);
            AtomicFile.Write(path, stream => new OgBenchWriter(store, first, end, layout, progress, cancellation).Write(stream));
            files.Add(path);
        }
    }

    // The other split of an export before, which would be taken for this one's.
    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception fault) when (FileFault.Is(fault))
        {
            throw FileFault.Writing(path, fault);
        }
    }

    private void Check(EpisodeStore store, DatasetExportOptions options, OgBenchLayout layout)
    {
        if ((int)layout < 0) throw new ActionableException($"layout {FileFault.Quote(options.Layout!)} is none of {string.Join(", ", Layouts)}: choose one");
        if (options.Name.Length == 0 || options.Name.Any(char.IsControl) || Path.GetFileName(options.Name) != options.Name || options.Name is "." or "..")
            throw new ActionableException($"name {FileFault.Quote(options.Name)} is no file name: give one without folders");
        if (options.Images != ImageEncoding.Lossless)
            throw new ActionableException("npz files hold raw pixels: leave images lossless, or choose another format");
        for (var e = 0; layout == OgBenchLayout.Regular && e < options.EpisodesOf(store); e++)
            if (store.Steps(e) == 0)
                throw new ActionableException($"dataset {FileFault.Show(store.Folder)}: episode {e} has no steps, which {Layouts[2]} has no rows for: "
                    + $"choose {Layouts[0]} or {Layouts[1]}");
    }
}
