using System.Globalization;

namespace ActionableModels.Cli.Report;

/// <summary>
/// Draws a <see cref="HistogramChart"/> as inline SVG: shares per bin as filled outlines over each other, means as dashed
/// lines.
/// </summary>
internal static class HistogramPlot
{
    public static Markup Draw(HistogramChart chart)
    {
        var svg = LineChart.Open(chart.Title);
        var shares = chart.Series.Select(s => Shares(s.Counts)).ToList();
        var most = shares.SelectMany(s => s).DefaultIfEmpty(0).Max();
        if (most == 0 || !(chart.High > chart.Low)) return LineChart.Empty(svg);
        var x = Axis.Linear(chart.Low, chart.High, LineChart.Left, LineChart.Right, 6, round: false);
        var y = Axis.Linear(0, most, LineChart.Bottom, LineChart.Top, 5, round: true, percent: true);
        LineChart.Grid(svg, x, y, chart.XLabel, "share of the samples");
        for (var i = 0; i < shares.Count; i++) Outline(svg, shares[i], chart, i % LineChart.Colors, x, y);
        for (var i = 0; i < shares.Count; i++)
            if (chart.Series[i].Mean is { } mean && double.IsFinite(mean))
                svg.Add($"""<path class="mean s{i % LineChart.Colors}" d="M{x[mean]} {LineChart.Top}V{LineChart.Bottom}"/>""");
        Slices(svg, shares, chart, x, y);
        return svg.Raw("</svg>\n");
    }

    private static double[] Shares(IReadOnlyList<long> counts)
    {
        var sum = (double)counts.Sum();
        return [.. counts.Select(c => sum > 0 ? c / sum : 0)];
    }

    private static double Edge(HistogramChart chart, int bin, int bins) => chart.Low + (chart.High - chart.Low) * bin / bins;

    // One outline per run of bins that hold something, so that empty bins leave the axis clean.
    private static void Outline(Markup svg, double[] shares, HistogramChart chart, int color, Axis x, Axis y)
    {
        svg.Add($"<path class=\"bins s{color}\" d=\"");
        for (var bin = 0; bin < shares.Length; bin++)
        {
            if (shares[bin] == 0) continue;
            if (bin == 0 || shares[bin - 1] == 0) svg.Add($"M{x[Edge(chart, bin, shares.Length)]} {y[0]}");
            svg.Add($"V{y[shares[bin]]}H{x[Edge(chart, bin + 1, shares.Length)]}");
            if (bin == shares.Length - 1 || shares[bin + 1] == 0) svg.Add($"V{y[0]}");
        }
        svg.Raw("\"/>");
    }

    private static void Slices(Markup svg, List<double[]> shares, HistogramChart chart, Axis x, Axis y)
    {
        var bins = shares.Max(s => s.Length);
        for (var bin = 0; bin < bins; bin++)
        {
            var (low, high) = (Edge(chart, bin, bins), Edge(chart, bin + 1, bins));
            var range = string.Create(CultureInfo.InvariantCulture, $"{low:0.###} – {high:0.###}");
            var values = shares
                .Select((s, i) => (Color: i % LineChart.Colors, chart.Series[i].Name, Share: Percent(bin < s.Length ? s[bin] : 0)))
                .ToList();
            svg.Add($"""<g class="slice"><title>{range}{string.Concat(values.Select(v => $" · {v.Name} {v.Share}"))}</title>""");
            svg.Add($"""<rect class="lit" x="{x[low]}" y="{LineChart.Top}" width="{x[high] - x[low]}" height="{LineChart.Bottom - LineChart.Top}"/>""");
            svg.Add($"""<text class="readout" x="{LineChart.Right}" y="12" text-anchor="end">{range}""");
            foreach (var value in values) svg.Add($"""<tspan class="s{value.Color}" dx="9">{value.Share}</tspan>""");
            svg.Raw("</text></g>");
        }
    }

    private static string Percent(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture) + " %";
}
