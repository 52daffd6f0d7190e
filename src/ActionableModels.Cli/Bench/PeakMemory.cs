using System.Globalization;

namespace ActionableModels.Cli.Bench;

/// <summary>The most memory that this process held since the last reset, as Linux counts it.</summary>
internal static class PeakMemory
{
    private const string Reset = "/proc/self/clear_refs", Status = "/proc/self/status", Field = "VmHWM:";

    /// <summary>Starts over.</summary>
    public static void Clear()
    {
        try
        {
            if (File.Exists(Reset)) File.WriteAllText(Reset, "5");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException) { }
    }

    /// <summary>Bytes; null where the system does not tell.</summary>
    public static long? Bytes()
    {
        try
        {
            return File.Exists(Status) && File.ReadLines(Status).FirstOrDefault(l => l.StartsWith(Field, StringComparison.Ordinal)) is { } line
                ? 1024 * long.Parse(line[Field.Length..].Replace("kB", "", StringComparison.Ordinal), NumberStyles.AllowLeadingWhite
                    | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture)
                : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
