using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml;
using ActionableModels.Cli.Report;

namespace ActionableModels.Cli.Tests.Report;

public sealed partial class LatencyPlotTests
{
    private static XmlDocument Draw(params LatencySeries[] series)
    {
        var data = new ReportData("t", "s", [], [], [], [], [], [], [], "0.1.0")
        {
            Latencies = [new("Times", "<note>", [new("<chart>", series)], [new("", ["", "<alone>"], [["p50 ms", "<1>"]])])],
        };
        var document = new XmlDocument { XmlResolver = null };
        using var reader = XmlReader.Create(new StringReader(HtmlReport.Render(data)), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        document.Load(reader);
        return document;
    }

    private static LatencySeries Series(string name, double factor) => new(name,
        [new(factor * 1e5, factor * 1.01e5, 900_000), new(factor * 1.01e5 + 1, factor * 1.02e5, 90_000), new(factor * 1e7, factor * 1.01e7, 1)],
        [("p50", factor * 1e5), ("p99", factor * 1.01e5), ("p99.9", factor * 1.02e5), ("max", factor * 1.01e7)]);

    [Fact]
    public void Every_quantile_has_a_line_and_a_name_that_touches_no_other()
    {
        var marks = Draw(Series("alone", 1), Series("beside the load", 1.02)).SelectNodes("//*[@class='marked s0' or @class='marked s1']")!.Cast<XmlElement>()
            .Select(mark => (X: Number(mark, "x"), Y: Number(mark, "y"), mark.InnerText)).ToArray();
        Assert.Equal(8, marks.Length);
        foreach (var row in marks.GroupBy(mark => mark.Y))
            foreach (var (left, right) in row.OrderBy(mark => mark.X).Zip(row.OrderBy(mark => mark.X).Skip(1)))
                // Bold digits of 12.5 pixels are about 7.5 wide.
                Assert.True(right.X - left.X >= 7.5 * (left.InnerText.Length + right.InnerText.Length) / 2, $"{left} touches {right}");
    }

    [Fact]
    public void One_decision_in_a_million_is_to_be_seen()
    {
        var path = Draw(Series("alone", 1)).SelectSingleNode("//*[@class='bins s0']/@d")!.Value!;
        var runs = path.Split('M', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, runs.Length);
        var heights = runs[1].Split('V').Select(part => Numbers().Match(part)).Where(match => match.Success).Select(match => Parse(match.Value)).ToArray();
        Assert.True(heights[^1] - heights[1] > 8, $"{path}: a single decision is lower than 8 pixels");
    }

    public static TheoryData<double, double, long> Ranges => new() { { 0, 0, 1 }, { 1, 1, 1 }, { 5, 127, 3 }, { 1e3, 1e11, long.MaxValue / 4 }, { 2e10, 6e10, 5 } };

    [Theory, MemberData(nameof(Ranges))]
    public void Odd_times_stay_inside_the_plot(double from, double to, long count)
    {
        var svg = Draw(new LatencySeries("s", [new(from, to, count)], [("p50", from), ("max", to)])).OuterXml;
        Assert.DoesNotContain("NaN", svg);
        Assert.DoesNotContain("∞", svg);
        foreach (Match path in Paths().Matches(svg))
            foreach (Match number in Numbers().Matches(path.Value)) Assert.InRange(Parse(number.Value), 0, 1040);
    }

    [Fact]
    public void No_times_say_so() => Assert.Contains("nothing was logged", Draw(new LatencySeries("s", [], [])).OuterXml);

    private static double Number(XmlElement element, string attribute) => Parse(element.GetAttribute(attribute));

    private static double Parse(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(" d=\"[^\"]*\"")]
    private static partial Regex Paths();

    [GeneratedRegex(@"-?\d+(\.\d+)?")]
    private static partial Regex Numbers();
}
