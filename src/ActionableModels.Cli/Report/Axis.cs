using System.Globalization;
using ActionableModels.Cli.Terminal;

namespace ActionableModels.Cli.Report;

/// <summary>A linear or logarithmic scale with ticks at round numbers.</summary>
internal sealed class Axis
{
    private readonly bool logarithmic;
    private readonly double from, to;

    private Axis(double low, double high, double from, double to, bool logarithmic, IReadOnlyList<(double Value, string Label)> ticks)
        => (Low, High, this.from, this.to, this.logarithmic, Ticks) = (low, high, from, to, logarithmic, ticks);

    /// <summary>Value at the start.</summary>
    public double Low { get; }
    /// <summary>Value at the end.</summary>
    public double High { get; }
    /// <summary>Where gridlines stand, and their labels; an empty label is a line without text.</summary>
    public IReadOnlyList<(double Value, string Label)> Ticks { get; }

    /// <summary>The coordinate of a value; values outside the range lie on its ends.</summary>
    public double this[double value] => logarithmic
        ? from + (to - from) * Math.Log(Math.Clamp(value, Low, High) / Low) / Math.Log(High / Low)
        : from + (to - from) * (Math.Clamp(value, Low, High) - Low) / (High - Low);

    /// <summary>A linear axis over the coordinates from … to.</summary>
    /// <param name="low">Least value.</param>
    /// <param name="high">Greatest value.</param>
    /// <param name="from">Coordinate of the start.</param>
    /// <param name="to">Coordinate of the end.</param>
    /// <param name="wanted">About how many ticks.</param>
    /// <param name="round">Widens the range to whole tick steps.</param>
    /// <param name="percent">Labels are percentages of 1.</param>
    public static Axis Linear(double low, double high, double from, double to, int wanted, bool round, bool percent = false)
    {
        if (!(high > low)) (low, high) = (low - Math.Max(Math.Abs(low) * 0.1, 0.5), low + Math.Max(Math.Abs(low) * 0.1, 0.5));
        var step = NiceStep((high - low) / wanted);
        if (round) (low, high) = (Math.Floor(low / step + 1e-9) * step, Math.Ceiling(high / step - 1e-9) * step);
        var ticks = new List<(double, string)>();
        for (var i = (long)Math.Ceiling(low / step - 1e-9); i * step <= high + step * 1e-9; i++)
            ticks.Add((i * step, percent ? Label(100 * i * step, 100 * step, 100) + " %" : Label(i * step, step, Math.Max(-low, high))));
        return new Axis(low, high, from, to, false, ticks);
    }

    /// <summary>A logarithmic axis; both ends are positive.</summary>
    public static Axis Logarithmic(double low, double high, double from, double to)
    {
        if (!(high > low)) (low, high) = (low / 2, low * 2);
        var ticks = new List<(double, string)>();
        var decades = Math.Log10(high / low);
        for (var exponent = (int)Math.Floor(Math.Log10(low)); exponent <= Math.Log10(high); exponent++)
            foreach (var digit in (ReadOnlySpan<int>)[1, 2, 5])
            {
                var value = digit * Math.Pow(10, exponent);
                if (value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9))
                    ticks.Add((value, digit == 1 || decades < 2.5 ? Amount.Short(value) : ""));
            }
        return new Axis(low, high, from, to, true, ticks);
    }

    private static double NiceStep(double rough)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var digit = rough / power;
        return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 2.5 ? 2.5 : digit <= 5 ? 5 : 10);
    }

    // As many decimals as the step between ticks needs, and one unit for the whole axis.
    private static string Label(double value, double step, double greatest)
    {
        var (unit, suffix) = greatest switch { >= 1e9 => (1e9, "G"), >= 1e6 => (1e6, "M"), >= 1e4 => (1e3, "k"), _ => (1.0, "") };
        if (step < 1e-4) return value.ToString("0.##e0", CultureInfo.InvariantCulture);
        var decimals = 0;
        for (var scaled = step / unit; decimals < 6 && Math.Abs(scaled - Math.Round(scaled)) > 1e-6; decimals++) scaled *= 10;
        var rounded = Math.Round(value / unit, decimals) + 0.0;
        return rounded == 0 && unit > 1 ? "0" : rounded.ToString(unit > 1 ? "0.######" : "F" + decimals, CultureInfo.InvariantCulture) + suffix;
    }
}
