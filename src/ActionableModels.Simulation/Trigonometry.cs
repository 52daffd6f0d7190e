namespace ActionableModels.Simulation;

/// <summary>Sine and cosine from basic arithmetic alone, so that a seed gives the same bytes on every machine and C library.</summary>
internal static class Trigonometry
{
    /// <summary>Sine and cosine of an angle in radians of moderate size; error below 1e-12.</summary>
    public static (double Sin, double Cos) SinCos(double angle)
    {
        var quarter = Math.Round(angle * (2 / Math.PI));
        var r = angle - quarter * (Math.PI / 2);
        var q = r * r;
        var sin = r * (1 - q / 6 * (1 - q / 20 * (1 - q / 42 * (1 - q / 72 * (1 - q / 110 * (1 - q / 156))))));
        var cos = 1 - q / 2 * (1 - q / 12 * (1 - q / 30 * (1 - q / 56 * (1 - q / 90 * (1 - q / 132 * (1 - q / 182))))));
        return ((long)quarter & 3) switch { 0 => (sin, cos), 1 => (cos, -sin), 2 => (-sin, -cos), _ => (-cos, sin) };
    }

    /// <summary>The angle plus the multiple of <paramref name="period"/> that brings it nearest to zero.</summary>
    public static double Wrap(double angle, double period) => angle - period * Math.Round(angle / period);
}
