using System.Globalization;
using System.Text;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Rlds;

/// <summary>
/// Names of a split's files: {DATASET}, {SPLIT}, {FILEFORMAT}, {SHARD_INDEX}, {NUM_SHARDS} (at least five digits) and {SHARD_X_OF_Y} (both)
/// are put in. A name may lead into folders inside the dataset's, and never out of it.
/// </summary>
internal static class ShardTemplate
{
    /// <summary>What TFDS uses where dataset_info.json tells nothing.</summary>
    public const string Default = "{DATASET}-{SPLIT}.{FILEFORMAT}-{SHARD_X_OF_Y}";
    const int LongestName = 1000, FewestDigits = 5;

    /// <summary>The path of a file below the dataset's folder, with forward slashes.</summary>
    /// <param name="template">The template.</param>
    /// <param name="dataset">Name of the dataset.</param>
    /// <param name="split">Name of the split.</param>
    /// <param name="index">Number of the file.</param>
    /// <param name="count">Number of all files of the split.</param>
    /// <param name="where">File, for messages.</param>
    /// <exception cref="ActionableException">The template is not understood, or leads out of the folder.</exception>
    public static string Expand(string template, string dataset, string split, int index, int count, string where)
    {
        var total = count.ToString(CultureInfo.InvariantCulture);
        var digits = $"D{Math.Max(FewestDigits, total.Length)}";
        var (shard, shards) = (index.ToString(digits, CultureInfo.InvariantCulture), count.ToString(digits, CultureInfo.InvariantCulture));
        if (template.Length > LongestName || dataset.Length > LongestName || split.Length > LongestName)
            throw Bad("makes a name that is too long");
        var (name, numbered) = (new StringBuilder(), false);
        for (var at = 0; at < template.Length;)
        {
            var close = template[at] == '{' ? template.IndexOf('}', at) : -1;
            if (close < 0)
            {
                name.Append(template[at++]);
                continue;
            }
            var variable = template[at..(close + 1)];
            numbered |= variable is "{SHARD_INDEX}" or "{SHARD_X_OF_Y}";
            name.Append(variable switch
            {
                "{DATASET}" => dataset,
                "{SPLIT}" => split,
                "{FILEFORMAT}" => "tfrecord",
                "{SHARD_INDEX}" => shard,
                "{NUM_SHARDS}" => shards,
                "{SHARD_X_OF_Y}" => $"{shard}-of-{shards}",
                _ => throw Bad($"has a variable {FileFault.Quote(variable)} that is not known"),
            });
            if (name.Length > LongestName) throw Bad("makes a name that is too long");
            at = close + 1;
        }
        if (count > 1 && !numbered) throw Bad($"gives {count} files the same name");
        var path = name.ToString();
        if (!ExternalFrames.IsBelow(path) || path.Contains(':') || path.Any(char.IsControl))
            throw Bad($"makes the path {FileFault.Quote(path)}, which does not lie inside of the dataset's folder");
        return path;

        ActionableException Bad(string what) =>
            RldsJson.Bad(where, $"split {FileFault.Quote(split)}: filepathTemplate {FileFault.Quote(template)} {what}");
    }
}
