using System.Globalization;

namespace ActionableModels.Cli.Terminal;

/// <summary>Writes quantities the way people read them, in the invariant culture.</summary>
public static class Amount
{
    /// <summary>A duration as 0:58, 12:03 or 1:02:03.</summary>
    public static string Duration(TimeSpan duration)
    {
        var seconds = (long)Math.Max(0, Math.Round(duration.TotalSeconds));
        return seconds < 3600
            ? string.Create(CultureInfo.InvariantCulture, $"{seconds / 60}:{seconds % 60:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600}:{seconds / 60 % 60:00}:{seconds % 60:00}");
    }

    /// <summary>A whole number with thousands separators.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A number with three or four significant digits and k, M or G: 0.0312, 4.5, 212, 12.4k, 3.1M.</summary>
    public static string Short(double value)
    {
        if (!double.IsFinite(value)) return double.IsNaN(value) ? "none" : value > 0 ? "∞" : "-∞";
        var size = Math.Abs(value);
        var (scaled, suffix) = size switch
        {
            >= 999.5e6 => (value / 1e9, "G"),
            >= 999.5e3 => (value / 1e6, "M"),
            >= 9999.5 => (value / 1e3, "k"),
            _ => (value, ""),
        };
        var digits = Math.Abs(scaled) switch { 0 => "0", >= 100 => "0", >= 10 => "0.#", >= 1 => "0.##", >= 0.001 => "0.####", _ => "0.##E0" };
        return scaled.ToString(digits, CultureInfo.InvariantCulture) + suffix;
    }

    /// <summary>A number of bytes as MiB or GiB.</summary>
    public static string Bytes(long bytes) => bytes >= 1L << 30
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.0} GiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 20):0.0} MiB");
}
