using System.Text.RegularExpressions;
using System.Xml;
using ActionableModels.Cli.Report;
using ActionableModels.Compute;
using ActionableModels.Imaging;
using ActionableModels.Metrics;

namespace ActionableModels.Cli.Tests.Report;

public sealed partial class HtmlReportTests
{
    private const string Nasty = "<script src=\"http://x\">&amp;'\u0001\uD800 ]]> é";

    private static ReportData Data(string text) => new(text, text, [new Setting(text, text)], [new SummaryItem(text, "92 %", text, true)],
        [new SuccessRow(text, text, "0, 1", WilsonInterval.Of(92, 100), true), new SuccessRow(text, "", "", WilsonInterval.Of(0, 100))],
        [new Strip(text, Png.Encode(new RgbImage(7, 9)), true), new Strip(text, Png.Encode(new RgbImage(7, 9)))],
        [new Chart(text, text, text, [Line(text, 500), Line(text, 3)], 0.6, Note: text), new Chart(text, text, text, [Line(text, 50)], LogX: true)],
        [new HistogramChart(text, text, 0, 1, [new HistogramSeries(text, [1, 2, 3, 0], 0.4), new HistogramSeries(text, [5, 0, 0, 1])], text)],
        [new Setting(text, text)], "0.1.0");

    private static ChartSeries Line(string name, int points)
        => new(name, [.. Enumerable.Range(0, points).Select(i => new ChartPoint(i, Math.Sin(i), i % 2 == 0 ? -1 : double.NaN, 1))]);

    private static XmlDocument Parse(string page)
    {
        var document = new XmlDocument { XmlResolver = null };
        using var reader = XmlReader.Create(new StringReader(page), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        document.Load(reader);
        return document;
    }

    private static ReportData With(params Chart[] charts) => Data("x") with { Charts = charts, Histograms = [] };

    [Fact]
    public void The_page_is_well_formed_and_escapes_every_text()
    {
        var page = HtmlReport.Render(Data(Nasty));
        var document = Parse(page);
        Assert.Empty(document.GetElementsByTagName("script"));
        var shown = Nasty.Replace('\u0001', '\uFFFD').Replace('\uD800', '\uFFFD');
        Assert.Equal(shown, document.GetElementsByTagName("h1")[0]!.InnerText);
        Assert.Equal(shown, document.GetElementsByTagName("title")[0]!.InnerText);
        Assert.Equal(2, document.GetElementsByTagName("figure").Count);
        Assert.Equal(3, document.SelectNodes("//tr")!.Count);
    }

    [Fact]
    public void The_page_loads_nothing()
    {
        var page = HtmlReport.Render(Data("plain"));
        Assert.DoesNotContain("http", page);
        Assert.DoesNotContain("url(", page);
        Assert.DoesNotContain("@import", page);
        foreach (XmlAttribute link in Parse(page).SelectNodes("//@src | //@href")!) Assert.StartsWith("data:", link.Value);
    }

    [Fact]
    public void Equal_data_gives_equal_bytes() => Assert.Equal(HtmlReport.Render(Data("a")), HtmlReport.Render(Data("a")));

    [Fact]
    public void Pictures_are_inside_with_their_size()
    {
        var image = (XmlElement)Parse(HtmlReport.Render(Data("a"))).GetElementsByTagName("img")[0]!;
        Assert.Equal(("9", "7"), (image.GetAttribute("width"), image.GetAttribute("height")));
        var bytes = Convert.FromBase64String(image.GetAttribute("src")["data:image/png;base64,".Length..]);
        Assert.Equal(new byte[7 * 9 * 3], Png.Decode(bytes, "x").Pixels);
    }

    [Fact]
    public void Empty_sections_are_left_out()
    {
        var page = HtmlReport.Render(new ReportData("t", "s", [], [], [], [], [], [], [], "0.1.0"));
        Assert.Empty(Parse(page).GetElementsByTagName("h2"));
    }

    public static TheoryData<string, ChartPoint[]> OddSeries() => new()
    {
        { "none", [] },
        { "not finite", [new(1, double.NaN), new(double.PositiveInfinity, 1)] },
        { "one", [new(5, 3)] },
        { "constant", [new(1, 0), new(2, 0), new(3, 0)] },
        { "huge", [new(1, -1e300), new(2, 1e300)] },
        { "too huge", [new(1, double.MinValue), new(2, double.MaxValue), new(3, 1)] },
        { "tiny", [new(1e-12, 1e-12), new(2e-12, 3e-12)] },
        { "same x", [new(4, 1), new(4, 2)] },
        { "band of one", [new(4, 1, 0, 2)] },
        { "far", [new(1e15, 1), new(1e15 + 1, 2)] },
    };

    [Theory]
    [MemberData(nameof(OddSeries))]
    public void Odd_series_stay_inside_the_plot(string name, ChartPoint[] points)
    {
        foreach (var logarithmic in new[] { false, true })
            foreach (var smoothing in new[] { 0, 0.9 })
            {
                var svg = Parse(HtmlReport.Render(With(new Chart(name, "x", "y", [new ChartSeries(name, points)], smoothing, logarithmic)))).OuterXml;
                Assert.DoesNotContain("NaN", svg);
                Assert.DoesNotContain("∞", svg);
                foreach (Match path in Paths().Matches(svg))
                    foreach (Match number in Numbers().Matches(path.Value))
                        Assert.InRange(double.Parse(number.Value), 0, 520);
            }
    }

    [Fact]
    public void A_line_passes_through_its_points()
    {
        var chart = new Chart("c", "x", "y", [new ChartSeries("s", [new(0, 0), new(5, 1), new(10, 0.5)])], YMin: 0, YMax: 1);
        Assert.Contains("""class="line s0" d="M54 238 281 30 508 134"/>""", HtmlReport.Render(With(chart)));
    }

    [Fact]
    public void Shares_of_a_histogram_are_drawn_to_scale()
    {
        var data = Data("x") with { Charts = [], Histograms = [new HistogramChart("h", "Q", 0, 1, [new HistogramSeries("s", [0, 1, 4, 0], 0.5)])] };
        Assert.Contains("""class="bins s0" d="M167.5 238V186H281V30H394.5V238"/>""", HtmlReport.Render(data));
    }

    [Fact]
    public void Histograms_without_values_say_so()
    {
        foreach (var series in new HistogramSeries[][] { [], [HistogramSeries.Of("none", new Histogram(0, 1, 5))] })
        {
            var data = Data("x") with { Charts = [], Histograms = [new HistogramChart("h", "Q", 0, 1, series)] };
            Assert.Contains("nothing was logged", HtmlReport.Render(data));
        }
    }

    [Fact]
    public void Smoothing_is_the_debiased_running_average()
    {
        var smooth = Curve.Smooth([new(0, 4), new(1, 0), new(2, 0)], 0.5);
        foreach (var (point, expected) in smooth.Zip([4, 4.0 / 3, 4.0 / 7])) Assert.Equal(expected, point.Y, 12);
    }

    [Fact]
    public void Long_series_are_thinned_to_their_averages_and_keep_their_end()
    {
        var thin = Curve.Thin([.. Enumerable.Range(0, 10_001).Select(i => new ChartPoint(i, 2 * i))], 100, positiveX: false);
        Assert.InRange(thin.Count, 50, 101);
        Assert.All(thin, p => Assert.Equal(2 * p.X, p.Y, 6));
        Assert.Equal(10_000, thin[^1].X);
    }

    [GeneratedRegex(" d=\"[^\"]*\"")]
    private static partial Regex Paths();

    [GeneratedRegex(@"-?\d+(\.\d+)?")]
    private static partial Regex Numbers();
}
