using ActionableModels.Metrics;

namespace ActionableModels.Cli.Report;

/// <summary>Everything that a report page shows, top to bottom. An empty list leaves its section out.</summary>
/// <param name="Title">What the page is about.</param>
/// <param name="Subtitle">One or two sentences: what was done, and what came out.</param>
/// <param name="Facts">Short facts under the title: task, method, seed, version.</param>
/// <param name="Summary">Headline numbers.</param>
/// <param name="SuccessRows">Success rates of methods.</param>
/// <param name="Strips">Film strips of evaluation episodes.</param>
/// <param name="Charts">Learning curves.</param>
/// <param name="Histograms">Distributions of Q-values.</param>
/// <param name="Settings">The settings of the run, in full.</param>
/// <param name="Version">The version that wrote the page.</param>
public sealed record ReportData(
    string Title,
    string Subtitle,
    IReadOnlyList<Setting> Facts,
    IReadOnlyList<SummaryItem> Summary,
    IReadOnlyList<SuccessRow> SuccessRows,
    IReadOnlyList<Strip> Strips,
    IReadOnlyList<Chart> Charts,
    IReadOnlyList<HistogramChart> Histograms,
    IReadOnlyList<Setting> Settings,
    string Version)
{
    /// <summary>Figures in tables, below the Q-values.</summary>
    public IReadOnlyList<TableSection> Tables { get; init; } = [];

    /// <summary>Times of decisions, above the settings.</summary>
    public IReadOnlyList<LatencySection> Latencies { get; init; } = [];
}

/// <summary>A section of tables.</summary>
/// <param name="Title">Heading.</param>
/// <param name="Note">What was measured, on what.</param>
/// <param name="Tables">Figures; may be none.</param>
public sealed record TableSection(string Title, string Note, IReadOnlyList<ReportTable> Tables);

/// <summary>Times of decisions of one policy.</summary>
/// <param name="Title">Heading.</param>
/// <param name="Note">What was measured, on what.</param>
/// <param name="Charts">Histograms of times.</param>
/// <param name="Tables">Figures.</param>
public sealed record LatencySection(string Title, string Note, IReadOnlyList<LatencyChart> Charts, IReadOnlyList<ReportTable> Tables);

/// <summary>Histograms of times over each other, both axes logarithmic.</summary>
/// <param name="Title">Title.</param>
/// <param name="Series">The measurements.</param>
/// <param name="Note">A remark under the title.</param>
public sealed record LatencyChart(string Title, IReadOnlyList<LatencySeries> Series, string Note = "");

/// <summary>One histogram of times.</summary>
/// <param name="Name">Name in the legend.</param>
/// <param name="Bins">Bins that hold something, ascending; nanoseconds.</param>
/// <param name="Marks">Quantiles to mark, ascending; nanoseconds.</param>
public sealed record LatencySeries(string Name, IReadOnlyList<LatencyBin> Bins, IReadOnlyList<(string Label, double Nanoseconds)> Marks);

/// <summary>A bin of a histogram of times.</summary>
/// <param name="From">Its shortest time, nanoseconds.</param>
/// <param name="To">Its longest time.</param>
/// <param name="Count">Times in it.</param>
public readonly record struct LatencyBin(double From, double To, long Count);

/// <summary>A table; the first column names the rows, the others hold numbers.</summary>
/// <param name="Note">A remark above it; may be empty.</param>
/// <param name="Headings">One for each column.</param>
/// <param name="Rows">One cell for each column.</param>
public sealed record ReportTable(string Note, IReadOnlyList<string> Headings, IReadOnlyList<IReadOnlyList<string>> Rows);

/// <summary>A name and its value.</summary>
/// <param name="Name">Name.</param>
/// <param name="Value">Value as text.</param>
public sealed record Setting(string Name, string Value);

/// <summary>A headline number.</summary>
/// <param name="Label">What it is.</param>
/// <param name="Value">The number with its unit.</param>
/// <param name="Note">A remark below it: an interval, a count.</param>
/// <param name="Good">Shown in the colour of success.</param>
public sealed record SummaryItem(string Label, string Value, string Note = "", bool Good = false);

/// <summary>The success rate of one method on one dataset.</summary>
/// <param name="Method">Method.</param>
/// <param name="Dataset">What it learned from; may be empty.</param>
/// <param name="Seeds">Seeds that the episodes are spread over; may be empty.</param>
/// <param name="Rate">Successes, episodes and interval.</param>
/// <param name="Emphasis">The row that the page is about.</param>
public sealed record SuccessRow(string Method, string Dataset, string Seeds, WilsonInterval Rate, bool Emphasis = false);

/// <summary>A film strip.</summary>
/// <param name="Caption">A sentence under it.</param>
/// <param name="Png">The picture's file.</param>
/// <param name="Success">The outcome; null shows none.</param>
public sealed record Strip(string Caption, byte[] Png, bool? Success = null);

/// <summary>A point of a learning curve.</summary>
/// <param name="X">Usually the training step.</param>
/// <param name="Y">The value.</param>
/// <param name="Low">Lower end of an uncertainty band, NaN for none.</param>
/// <param name="High">Upper end of an uncertainty band, NaN for none.</param>
public readonly record struct ChartPoint(double X, double Y, double Low = double.NaN, double High = double.NaN);

/// <summary>A line of a chart.</summary>
/// <param name="Name">Name in the legend.</param>
/// <param name="Points">Points in order of x; those that are not finite are left out.</param>
public sealed record ChartSeries(string Name, IReadOnlyList<ChartPoint> Points);

/// <summary>A line chart.</summary>
/// <param name="Title">Title.</param>
/// <param name="XLabel">What x is.</param>
/// <param name="YLabel">What y is.</param>
/// <param name="Series">Up to eight lines.</param>
/// <param name="Smoothing">Weight of the running average in [0, 1), as in TensorBoard; above 0 the raw line stays visible, faint.</param>
/// <param name="LogX">Logarithmic x; points at x ≤ 0 are left out.</param>
/// <param name="YMin">Lower end of y; from the data when null.</param>
/// <param name="YMax">Upper end of y; from the data when null.</param>
/// <param name="Note">A remark under the title.</param>
public sealed record Chart(string Title, string XLabel, string YLabel, IReadOnlyList<ChartSeries> Series,
    double Smoothing = 0, bool LogX = false, double? YMin = null, double? YMax = null, string Note = "");

/// <summary>One distribution of a histogram chart.</summary>
/// <param name="Name">Name in the legend.</param>
/// <param name="Counts">Values per bin; the chart shows shares of their sum.</param>
/// <param name="Mean">The mean, marked by a dashed line; null for none.</param>
public sealed record HistogramSeries(string Name, IReadOnlyList<long> Counts, double? Mean = null)
{
    /// <summary>The distribution of collected values.</summary>
    public static HistogramSeries Of(string name, Histogram values)
        => new(name, values.Counts.ToArray(), values.Count == 0 ? null : values.Sum / values.Count);
}

/// <summary>Distributions over one range, drawn over each other.</summary>
/// <param name="Title">Title.</param>
/// <param name="XLabel">What the values are.</param>
/// <param name="Low">Lower end of the first bin.</param>
/// <param name="High">Upper end of the last bin.</param>
/// <param name="Series">The distributions.</param>
/// <param name="Note">A remark under the title.</param>
public sealed record HistogramChart(string Title, string XLabel, double Low, double High, IReadOnlyList<HistogramSeries> Series, string Note = "");
