using System.Globalization;
using ActionableModels.Compute;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Sources;

/// <summary>Something wrong in a source, named by file, record and field. An import skips it or ends, as it was told.</summary>
public sealed class SourceException : ActionableException
{
    /// <summary>A fault of a source.</summary>
    /// <param name="file">File as the user knows it.</param>
    /// <param name="record">Record, demo or episode in it; null where the whole file is meant.</param>
    /// <param name="field">Field; null where the whole record is meant.</param>
    /// <param name="what">What is wrong and, after a colon, what to do: no capital, no full stop.</param>
    /// <param name="cause">What brought it to light.</param>
    public SourceException(string file, long? record, string? field, string what, Exception? cause = null)
        : base(Line(file, record, field, what), cause) => (File, Record, Field, What) = (file, record, field, what);

    /// <summary>File.</summary>
    public string File { get; }
    /// <summary>Record in the file, or null.</summary>
    public long? Record { get; }
    /// <summary>Field, or null.</summary>
    public string? Field { get; }
    /// <summary>What is wrong.</summary>
    public string What { get; }

    private static string Line(string file, long? record, string? field, string what) => FileFault.Show(file)
        + (record is { } r ? string.Create(CultureInfo.InvariantCulture, $": record {r}") : "")
        + (field is null ? "" : $": field {FileFault.Quote(field)}") + ": " + what;
}
