using System.Text.Json.Nodes;
using ActionableModels.Cli.Latency;
using ActionableModels.Cli.Report;
using ActionableModels.Cli.Terminal;
using ActionableModels.Compute;

namespace ActionableModels.Cli.Tests.Latency;

public sealed class LatencyReportTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("actionable-latency-").FullName;
    private readonly string file;

    public LatencyReportTests() => file = Path.Combine(folder, LatencyReport.FileName);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_result_is_read_as_it_was_written()
    {
        Assert.Null(LatencyReport.Read(file));
        var written = Some().ToJsonString();
        File.WriteAllText(file, written);
        var read = LatencyReport.Read(file)!;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(written), JsonNode.Parse(JsonOut.Text(read, JsonOut.Line))));
        Assert.Contains("Decisions of compact-32", HtmlReport.Render(LatencyPage.Of(read)));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"runs\": []}")]
    [InlineData("{\"runs\": [null]}")]
    [InlineData("{\"runs\": [{}]}")]
    public void Another_object_is_refused(string text)
    {
        File.WriteAllText(file, text);
        Assert.Contains($"{file}: is no result of bench act", Assert.Throws<ActionableException>(() => LatencyReport.Read(file)).Message);
    }

    /// <summary>Every value taken away, every list emptied: an error that names the file, or a page.</summary>
    [Fact]
    public void With_any_part_gone_it_is_refused_or_shown()
    {
        var refused = 0;
        foreach (var path in Paths(Some(), []))
            foreach (var replacement in (JsonNode?[])[null, new JsonArray(), new JsonObject(), -1])
            {
                var report = Some();
                var at = path[..^1].Aggregate(report, (node, step) => step is int i ? node[i]! : node[(string)step]!);
                if (path[^1] is int place) at[place] = replacement?.DeepClone();
                else at[(string)path[^1]] = replacement?.DeepClone();
                File.WriteAllText(file, report.ToJsonString());
                try
                {
                    HtmlReport.Render(LatencyPage.Of(LatencyReport.Read(file)!));
                }
                catch (ActionableException fault)
                {
                    Assert.StartsWith(file, fault.Message);
                    refused++;
                }
            }
        Assert.True(refused > 100, $"{refused} refused");
    }

    [Theory, InlineData(0.5, true), InlineData(0.89, true), InlineData(0.9, false), InlineData(1, false)]
    public void A_load_that_lost_its_cores_is_noted(double share, bool noted)
    {
        var note = LoadFigures.Of("a load", [0], share).Note;
        Assert.Equal(noted, note is not null);
        if (noted) Assert.Contains(LatencyText.Percent(share), note);
    }

    // Every place below a node: names and numbers on the way there.
    private static IEnumerable<object[]> Paths(JsonNode? node, object[] above)
    {
        IEnumerable<(object Step, JsonNode? Node)> below = node switch
        {
            JsonObject map => map.Select(pair => ((object)pair.Key, pair.Value)),
            JsonArray list => list.Select((each, i) => ((object)i, each)),
            _ => [],
        };
        foreach (var (step, child) in below)
        {
            object[] path = [.. above, step];
            yield return path;
            foreach (var deeper in Paths(child, path)) yield return deeper;
        }
    }

    private static JsonNode Some()
    {
        var times = new LatencyTimes();
        times.Clear();
        for (var i = 1; i <= 200; i++) times.Add(1000 * i);
        var figures = times.Figures()!;
        LatencyRun Run(string name, LoadFigures? load, BudgetFigures? budget) => new(name, load, 200, 1, 200, figures,
            new(figures, figures, 3), budget, 0, [0, 0, 0], new(0, 0, 0, 0), new(200, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
        LatencyReport report = new("a processor, 2 cores", "Linux", ".NET", null, ["bench", "act"], "2026-11-21", "cpu", "a processor",
            null, 1, [1], "auto", "compact-32", "fresh weights of seed 0", 32, 32, 256, 2, 64, 100, "ms",
            [Run("alone", null, null), Run("beside the load", LoadFigures.Of("a load", [0], 0.5), null),
                Run("alone, budget 20 %", null, new(0.02, 0.2, 0.9, figures, 60, 30))]);
        return JsonNode.Parse(JsonOut.Text(report, JsonOut.Line))!;
    }
}
