using System.Globalization;

namespace ActionableModels.Formats.Sources;

/// <summary>A place between two episodes of a source: what an import needs to go on there.</summary>
/// <param name="File">Number of the file in <see cref="IEpisodeSource.Files"/>.</param>
/// <param name="Record">Number of the next episode or record in that file.</param>
/// <param name="Offset">Its first byte, for formats that are read through; else 0.</param>
public readonly record struct SourcePosition(int File, long Record, long Offset)
{
    /// <summary>The three numbers with colons between them.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{File}:{Record}:{Offset}");

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(string? text, out SourcePosition position)
    {
        position = default;
        if (text?.Split(':') is not [var file, var record, var offset] || !int.TryParse(file, NumberStyles.None, CultureInfo.InvariantCulture, out var f)
            || !long.TryParse(record, NumberStyles.None, CultureInfo.InvariantCulture, out var r)
            || !long.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out var o))
            return false;
        position = new(f, r, o);
        return true;
    }
}
