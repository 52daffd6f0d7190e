using System.Globalization;
using System.Text;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Formats.Images;
using ActionableModels.Formats.Sources;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Import;

/// <summary>What dataset.json says of an import: all that its bytes depend on, so that it can only be gone on with as it was begun.</summary>
internal static class ImportSettings
{
    private const string ShardBytes = "shard_bytes";

    /// <summary>The shards' size of a dataset that is gone on with; null where it does not say.</summary>
    public static long? ShardBytesOf(DatasetHeader header) =>
        long.TryParse(header.Settings?.GetValueOrDefault(ShardBytes), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes > 0 ? bytes : null;

    /// <summary>The settings.</summary>
    public static Dictionary<string, string> Of(ImportOptions options, IEpisodeSource source, IImportMapping mapping, SourceProbe probe,
        FrameGeometry geometry)
    {
        var settings = new Dictionary<string, string>
        {
            ["source"] = source.Name,
            ["format"] = source.Format,
            ["split"] = source.Split,
            ["source_files"] = Count(source.Files.Count),
            ["source_bytes"] = Count(source.Files.Sum(f => f.Bytes)),
            ["source_list_sha256"] = Hash(string.Concat(source.Files.Select(f => $"{f.Path}\n{Count(f.Bytes)}\n"))),
            ["source_images"] = Size(probe.Height, probe.Width),
            ["success"] = mapping.TellsSuccess ? "told" : "not told",
            ["mapping"] = mapping.Name,
            ["mapping_sha256"] = Hash(mapping.Text),
            ["crop"] = geometry.CropHeight == 0 ? "as much as fits" : Size(geometry.CropHeight, geometry.CropWidth),
            ["crop_place"] = geometry.Place == CropPlace.Random ? "random" : "centre",
            [ShardBytes] = Count(options.ShardBytes!.Value),
        };
        if (geometry.Place == CropPlace.Random) settings["seed"] = options.Seed.ToString(CultureInfo.InvariantCulture);
        if (options.Episodes is { } episodes) settings["episodes"] = Count(episodes);
        return settings;
    }

    /// <summary>Demands that a dataset was begun as an import is to go on.</summary>
    /// <exception cref="ActionableException">It was not: the message says what differs.</exception>
    public static void RequireSame(string folder, DatasetHeader there, DatasetHeader now)
    {
        var differences = new List<string>();
        void Compare(string what, string before, string after)
        {
            if (before != after) differences.Add($"{what}: {FileFault.Show(before, 80)} there, {FileFault.Show(after, 80)} now");
        }
        var (old, given) = (there.Settings ?? new Dictionary<string, string>(), now.Settings!);
        Compare("task", there.Task, now.Task);
        Compare("image size", Size(there.ImageHeight, there.ImageWidth), Size(now.ImageHeight, now.ImageWidth));
        foreach (var key in old.Keys.Union(given.Keys).Order(StringComparer.Ordinal))
            Compare(key, old.GetValueOrDefault(key, "none"), given.GetValueOrDefault(key, "none"));
        if (!there.Actions.Equals(now.Actions)) differences.Add("action bounds: others");
        Compare("images", Place(there), Place(now));
        if (there.Frames is { } a && now.Frames is { } b)
        {
            if (!a.Files.SequenceEqual(b.Files)) differences.Add("files of the frames: others");
            foreach (var key in a.Decoding.Keys.Union(b.Decoding.Keys).Order(StringComparer.Ordinal))
                Compare($"decoding {key}", a.Decoding.GetValueOrDefault(key, "none"), b.Decoding.GetValueOrDefault(key, "none"));
        }
        if (differences.Count > 0)
            throw new ActionableException($"{FileFault.Show(folder)}: the dataset there was begun otherwise ({string.Join("; ", differences)}): "
                + (old.GetValueOrDefault("source_list_sha256") == given["source_list_sha256"] ? "go on as it was begun"
                    : "only a source with the same files can be gone on with, so restore them, import what there is now")
                + ", replace it with --force, or choose another folder");
    }

    private static string Place(DatasetHeader header) => header.Frames is { } frames ? $"in place in {frames.Folder}" : "in the dataset";

    private static string Size(int height, int width) => string.Create(CultureInfo.InvariantCulture, $"{height}x{width}");

    private static string Count(long count) => count.ToString(CultureInfo.InvariantCulture);

    private static string Hash(string text)
    {
        var sha = new Sha256();
        sha.Append(Encoding.UTF8.GetBytes(text));
        return sha.Hex();
    }
}
