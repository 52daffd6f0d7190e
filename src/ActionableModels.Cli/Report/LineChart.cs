using System.Globalization;
using ActionableModels.Cli.Terminal;

namespace ActionableModels.Cli.Report;

/// <summary>Draws a <see cref="Chart"/> as inline SVG. Pointing at the plot shows a guide line and the values there, by style alone.</summary>
internal static class LineChart
{
    /// <summary>Colours that the style sheet has for series.</summary>
    public const int Colors = 8;

    internal const double Width = 520, Height = 280, Left = 54, Right = 508, Top = 30, Bottom = 238;
    private const int MostPoints = 320, MostSlices = 64, DottedPoints = 12;

    private sealed record Line(int Color, string Name, List<ChartPoint> Raw, List<ChartPoint> Shown);

    public static Markup Draw(Chart chart)
    {
        var lines = new List<Line>();
        for (var i = 0; i < chart.Series.Count; i++)
        {
            var raw = Curve.Thin(chart.Series[i].Points, MostPoints, chart.LogX);
            if (raw.Count > 0)
                lines.Add(new Line(i % Colors, chart.Series[i].Name, raw, chart.Smoothing > 0 ? Curve.Smooth(raw, chart.Smoothing) : raw));
        }
        var svg = Open(chart.Title);
        if (lines.Count == 0) return Empty(svg);
        var (x, y) = (XAxis(chart, lines), YAxis(chart, lines));
        Grid(svg, x, y, chart.XLabel + (chart.LogX ? " (logarithmic)" : ""), chart.YLabel);
        foreach (var line in lines) Band(svg, line, x, y);
        if (chart.Smoothing > 0)
            foreach (var line in lines) Path(svg, line.Raw, line.Color, "raw", x, y);
        foreach (var line in lines) Path(svg, line.Shown, line.Color, "line", x, y);
        foreach (var line in lines)
            foreach (var point in line.Shown.Count <= DottedPoints ? line.Shown : line.Shown.TakeLast(1))
                svg.Add($"""<circle class="dot s{line.Color}" cx="{x[point.X]}" cy="{y[point.Y]}" r="3"/>""");
        Slices(svg, chart, lines, x, y);
        return svg.Raw("</svg>\n");
    }

    internal static Markup Open(string title, double width = Width, double height = Height)
        => new Markup().Add($"""<svg class="plot" viewBox="0 0 {width} {height}" role="img" aria-label="{title}">""");

    internal static Markup Empty(Markup svg)
        => svg.Add($"""<text class="none" x="{Width / 2}" y="{Height / 2}" text-anchor="middle">nothing was logged</text></svg>""");

    internal static void Grid(Markup svg, Axis x, Axis y, string xLabel, string yLabel)
    {
        foreach (var (value, label) in y.Ticks)
        {
            svg.Add($"""<path class="grid" d="M{Left} {y[value]}H{Right}"/>""");
            svg.Add($"""<text x="{Left - 8}" y="{y[value] + 4}" text-anchor="end">{label}</text>""");
        }
        foreach (var (value, label) in x.Ticks)
        {
            svg.Add($"""<path class="grid faint" d="M{x[value]} {Top}V{Bottom}"/>""");
            if (label.Length == 0) continue;
            var anchor = x[value] > Right - 14 ? "end" : "middle";
            svg.Add($"""<text x="{(anchor == "end" ? Right + 4 : x[value])}" y="{Bottom + 18}" text-anchor="{anchor}">{label}</text>""");
        }
        svg.Add($"""<path class="axis" d="M{Left} {Bottom}H{Right}"/>""");
        svg.Add($"""<text class="label" x="{(Left + Right) / 2}" y="{Bottom + 38}" text-anchor="middle">{xLabel}</text>""");
        svg.Add($"""<text class="label" x="4" y="12">{yLabel}</text>""");
    }

    private static Axis XAxis(Chart chart, List<Line> lines)
    {
        var (low, high) = (lines.Min(l => l.Raw[0].X), lines.Max(l => l.Raw[^1].X));
        return chart.LogX ? Axis.Logarithmic(low, high, Left, Right) : Axis.Linear(low, high, Left, Right, 6, round: false);
    }

    // The faint raw line may leave the plot by its rarest 2 % of points; what is to be read never does.
    private static Axis YAxis(Chart chart, List<Line> lines)
    {
        var raw = lines.SelectMany(l => l.Raw).Select(p => p.Y).Order().ToList();
        var outliers = chart.Smoothing > 0 ? raw.Count / 100 : 0;
        var shown = lines.SelectMany(l => l.Shown).SelectMany(p => new[] { p.Y, p.Low, p.High }).Where(double.IsFinite).ToList();
        var low = chart.YMin ?? Math.Min(raw[outliers], shown.Min());
        var high = chart.YMax ?? Math.Max(raw[^(1 + outliers)], shown.Max());
        return Axis.Linear(low, high, Bottom, Top, 5, round: chart.YMin is null || chart.YMax is null);
    }

    private static void Band(Markup svg, Line line, Axis x, Axis y)
    {
        var band = line.Raw.Where(p => double.IsFinite(p.Low) && double.IsFinite(p.High)).ToList();
        if (band.Count == 0) return;
        if (band.Count == 1) band.Add(band[0]);
        svg.Add($"""<path class="band s{line.Color}" d="M""");
        foreach (var point in band) svg.Add($"{x[point.X]} {y[point.High]} ");
        foreach (var point in Enumerable.Reverse(band)) svg.Add($"{x[point.X]} {y[point.Low]} ");
        svg.Raw("Z\"/>");
    }

    private static void Path(Markup svg, List<ChartPoint> points, int color, string kind, Axis x, Axis y)
    {
        svg.Add($"""<path class="{kind} s{color}" d="M""");
        for (var i = 0; i < points.Count; i++) svg.Raw(i == 0 ? "" : " ").Add($"{x[points[i].X]} {y[points[i].Y]}");
        svg.Raw("\"/>");
    }

    private static void Slices(Markup svg, Chart chart, List<Line> lines, Axis x, Axis y)
    {
        var places = lines.SelectMany(l => l.Shown).Select(p => p.X).Distinct().Order().ToList();
        if (places.Count > MostSlices)
            places = [.. Enumerable.Range(0, MostSlices).Select(i => places[(int)((long)i * (places.Count - 1) / (MostSlices - 1))])];
        for (var i = 0; i < places.Count; i++)
        {
            var start = i == 0 ? Left : (x[places[i - 1]] + x[places[i]]) / 2;
            var end = i == places.Count - 1 ? Right : (x[places[i]] + x[places[i + 1]]) / 2;
            var values = lines.Select(l => (l.Color, l.Name, Point: Curve.Nearest(l.Shown, places[i]))).ToList();
            var place = Amount.Short(places[i]);
            var title = string.Concat(values.Select(v => $" · {v.Name} {Value(v.Point.Y)}"));
            svg.Add($"""<g class="slice"><title>{chart.XLabel} {place}{title}</title>""");
            svg.Add($"""<rect x="{start}" y="{Top}" width="{Math.Max(0.5, end - start)}" height="{Bottom - Top}"/>""");
            svg.Add($"""<path class="guide" d="M{x[places[i]]} {Top}V{Bottom}"/>""");
            foreach (var value in values)
                svg.Add($"""<circle class="dot s{value.Color}" cx="{x[value.Point.X]}" cy="{y[value.Point.Y]}" r="3.5"/>""");
            svg.Add($"""<text class="readout" x="{Right}" y="12" text-anchor="end">{place}""");
            foreach (var value in values) svg.Add($"""<tspan class="s{value.Color}" dx="9">{Value(value.Point.Y)}</tspan>""");
            svg.Raw("</text></g>");
        }
    }

    private static string Value(double value) => Math.Abs(value) is >= 1e-3 and < 1e4 or 0
        ? value.ToString("G4", CultureInfo.InvariantCulture)
        : value.ToString("0.##e0", CultureInfo.InvariantCulture);
}
