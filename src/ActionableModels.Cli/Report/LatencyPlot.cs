using System.Globalization;
using ActionableModels.Cli.Terminal;

namespace ActionableModels.Cli.Report;

/// <summary>
/// Draws a <see cref="LatencyChart"/> as inline SVG: how many decisions took how long, filled outlines over each other. Both axes are
/// logarithmic, so that the one slow decision in a million is to be seen beside all others; quantiles are dashed lines with their names
/// above.
/// </summary>
internal static class LatencyPlot
{
    private const double Width = 1040, Left = 58, Right = 1026, LabelRow = 19, LabelWidth = 13, PlotHeight = 290, Below = 44, Title = 12;
    private const double LeastRatio = 4, Margin = 1.08, Floor = 0.5;
    private const int Slices = 64;

    private readonly record struct Mark(string Label, double X, int Color, int Row);

    public static Markup Draw(LatencyChart chart)
    {
        var bins = chart.Series.SelectMany(s => s.Bins).ToList();
        if (bins.Count == 0) return LineChart.Empty(LineChart.Open(chart.Title));
        var (scale, unit) = Unit(bins.Max(b => b.To));
        var (low, high) = (Math.Max(1, bins.Min(b => b.From)) / Margin, bins.Max(b => b.To) * Margin);
        var x = Axis.Logarithmic(low / scale, Math.Max(high, low * LeastRatio) / scale, Left, Right);
        var marks = Marks(chart, x, scale);
        var top = Title + 8 + (marks.Max(m => (int?)m.Row) + 1 ?? 0) * LabelRow + 6;
        var bottom = top + PlotHeight;
        var y = Axis.Logarithmic(Floor, bins.Max(b => b.Count) * 1.3, bottom, top);
        var svg = LineChart.Open(chart.Title, Width, bottom + Below);
        Grid(svg, x, y, top, bottom, $"time, {unit} (logarithmic)");
        for (var i = 0; i < chart.Series.Count; i++) Outline(svg, chart.Series[i], i % LineChart.Colors, x, y, scale, bottom);
        foreach (var mark in marks) Draw(svg, mark, bottom);
        Readouts(svg, chart, x, scale, unit, top, bottom);
        return svg.Raw("</svg>\n");
    }

    private static (double Scale, string Unit) Unit(double longest) => longest switch
    {
        >= 2e10 => (1e9, "s"),
        >= 2e7 => (1e6, "ms"),
        _ => (1e3, "µs"),
    };

    // A label goes into the first row where it does not touch the one to its left.
    private static List<Mark> Marks(LatencyChart chart, Axis x, double scale)
    {
        var placed = new List<Mark>();
        var ends = new List<double>();
        var all = chart.Series.SelectMany((s, i) =>
            s.Marks.Select(m => (m.Label, X: x[m.Nanoseconds / scale], Color: i % LineChart.Colors)));
        foreach (var (label, at, color) in all.OrderBy(m => m.X).ThenBy(m => m.Color))
        {
            var half = LabelWidth / 2 * (label.Length + 1) * 0.75;
            var row = ends.FindIndex(end => end <= at - half);
            if (row < 0)
            {
                row = ends.Count;
                ends.Add(0);
            }
            ends[row] = at + half;
            placed.Add(new(label, at, color, row));
        }
        return placed;
    }

    private static void Draw(Markup svg, Mark mark, double bottom)
    {
        var base0 = Title + 8 + (mark.Row + 1) * LabelRow;
        svg.Add($"""<path class="mark s{mark.Color}" d="M{mark.X} {base0 + 3}V{bottom}"/>""");
        var middle = Math.Min(mark.X, Right - 12);
        svg.Add($"""<text class="marked s{mark.Color}" x="{middle}" y="{base0}" text-anchor="middle">{mark.Label}</text>""");
    }

    private static void Grid(Markup svg, Axis x, Axis y, double top, double bottom, string xLabel)
    {
        foreach (var (value, label) in y.Ticks)
        {
            if (label.Length == 0 || value < 1 || value.ToString("0", CultureInfo.InvariantCulture)[0] != '1') continue;
            svg.Add($"""<path class="grid" d="M{Left} {y[value]}H{Right}"/>""");
            svg.Add($"""<text x="{Left - 8}" y="{y[value] + 4}" text-anchor="end">{label}</text>""");
        }
        foreach (var (value, label) in x.Ticks)
        {
            svg.Add($"""<path class="grid faint" d="M{x[value]} {top}V{bottom}"/>""");
            if (label.Length > 0) svg.Add($"""<text x="{x[value]}" y="{bottom + 18}" text-anchor="middle">{label}</text>""");
        }
        svg.Add($"""<path class="axis" d="M{Left} {bottom}H{Right}"/>""");
        svg.Add($"""<text class="label" x="{(Left + Right) / 2}" y="{bottom + 38}" text-anchor="middle">{xLabel}</text>""");
        svg.Add($"""<text class="label" x="4" y="{Title}">decisions (logarithmic)</text>""");
    }

    // One outline per run of neighbours, so that empty stretches leave the axis clean.
    private static void Outline(Markup svg, LatencySeries series, int color, Axis x, Axis y, double scale, double bottom)
    {
        svg.Add($"<path class=\"bins s{color}\" d=\"");
        for (var i = 0; i < series.Bins.Count; i++)
        {
            var bin = series.Bins[i];
            if (i == 0 || series.Bins[i - 1].To + 1 < bin.From) svg.Add($"M{x[bin.From / scale]} {bottom}");
            svg.Add($"V{y[bin.Count]}H{x[(bin.To + 1) / scale]}");
            if (i == series.Bins.Count - 1 || bin.To + 1 < series.Bins[i + 1].From) svg.Add($"V{bottom}");
        }
        svg.Raw("\"/>");
    }

    // Pointing at a place shows how many decisions took that long, and what share took longer.
    private static void Readouts(Markup svg, LatencyChart chart, Axis x, double scale, string unit, double top, double bottom)
    {
        var ratio = Math.Pow(x.High / x.Low, 1.0 / Slices);
        for (var i = 0; i < Slices; i++)
        {
            var (from, to) = (x.Low * Math.Pow(ratio, i), x.Low * Math.Pow(ratio, i + 1));
            var range = $"{Amount.Short(from)} – {Amount.Short(to)} {unit}";
            var values = chart.Series.Select((s, c) =>
            {
                var inside = s.Bins.Where(b => b.To / scale >= from && b.To / scale < to).Sum(b => b.Count);
                var longer = (double)s.Bins.Where(b => b.To / scale >= to).Sum(b => b.Count) / Math.Max(1, s.Bins.Sum(b => b.Count));
                return (Color: c % LineChart.Colors, s.Name, Text: $"{Amount.Count(inside)}, {Share(longer)} longer");
            }).ToList();
            svg.Add($"""<g class="slice"><title>{range}{string.Concat(values.Select(v => $" · {v.Name} {v.Text}"))}</title>""");
            svg.Add($"""<rect class="lit" x="{x[from]}" y="{top}" width="{x[to] - x[from]}" height="{bottom - top}"/>""");
            svg.Add($"""<text class="readout" x="{Right}" y="{Title}" text-anchor="end">{range}""");
            foreach (var value in values) svg.Add($"""<tspan class="s{value.Color}" dx="9">{value.Text}</tspan>""");
            svg.Raw("</text></g>");
        }
    }

    private static string Share(double share) =>
        share == 0 ? "none" : (100 * share).ToString("0.####", CultureInfo.InvariantCulture) + " %";
}
