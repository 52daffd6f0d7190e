using System.Globalization;
using System.Reflection;
using System.Text.Json;
using ActionableModels.Cli.Latency;
using ActionableModels.Cli.Report;
using ActionableModels.Cli.Terminal;
using ActionableModels.Metrics;

namespace ActionableModels.Cli;

/// <summary>The report page of one run, or of several side by side.</summary>
internal static class RunReport
{
    private const int MostSeries = 8;
    private const double Smoothing = 0.6;

    /// <summary>Gathers the page.</summary>
    /// <param name="runs">At least one.</param>
    /// <param name="title">Title of the page.</param>
    /// <param name="summary">Headline numbers beside those of the evaluations.</param>
    public static ReportData Build(IReadOnlyList<RunData> runs, string? title = null, IReadOnlyList<SummaryItem>? summary = null)
    {
        var first = runs[0].Settings;
        var trained = runs.SelectMany(run => run.Evaluations).FirstOrDefault(e => e.Policy == EvaluatedPolicies.Trained);
        return new ReportData(
            title ?? (runs.Count == 1 ? $"{first.Training.Method} on {first.Task}"
                : $"{runs.Count} runs on {string.Join(", ", runs.Select(r => r.Settings.Task).Distinct())}"),
            Subtitle(runs, trained), runs.Count == 1 ? Facts(first) : [], [.. runs.Count == 1 ? Headlines(trained) : [], .. summary ?? []],
            [.. runs.SelectMany(run => SuccessRows(run, runs.Count > 1))],
            [.. runs.SelectMany(run => run.Strips.Select(strip => new Strip(runs.Count > 1 ? run.Name : "", strip.Png, strip.Reached)))],
            [.. runs.Count == 1 ? ChartsOf(runs[0]) : ChartsOf(runs)],
            [.. runs.Where(run => run.QValues is not null).Select(run => QChart(run, runs.Count > 1))],
            runs.Count == 1 ? Settings(first) : [], Version)
        {
            Tables = [.. runs.SelectMany(run => run.Offline.Select(report =>
                report.Section(runs.Count > 1 ? $"Recorded steps: {run.Name}" : "Recorded steps")))],
            Latencies = [.. runs.Where(run => run.Latency is not null)
                .Select(run => LatencyPage.Section(run.Latency!, runs.Count > 1 ? $"Times of decisions: {run.Name}" : "Times of decisions"))],
        };
    }

    /// <summary>The version of this program.</summary>
    public static string Version { get; } =
        typeof(RunReport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    private static string Subtitle(IReadOnlyList<RunData> runs, EvaluationReport? trained)
    {
        if (runs.Count > 1)
            return "Runs side by side: success over seeded goal images, learning curves, and how Q tells recorded actions from others.";
        var settings = runs[0].Settings;
        var (steps, episodes) = (Amount.Count(settings.Training.Steps), Amount.Count(settings.DatasetEpisodes));
        var learned = $"Trained for {steps} steps on {episodes} recorded episodes.";
        return trained is null ? learned
            : $"{learned} It reached {trained.Successes} of {trained.Episodes} goal images that no recording holds.";
    }

    private static List<Setting> Facts(RunSettings settings)
    {
        List<Setting> facts =
        [
            new("task", settings.Task), new("method", settings.Training.Method), new("network", settings.Training.Preset),
            new("images", $"{settings.ImageHeight}×{settings.ImageWidth}"), new("seed", $"{settings.Training.Seed}"),
        ];
        facts.AddRange(settings.Recording.Where(s => s.Key is "camera" or "mix").Select(s => new Setting(s.Key, s.Value)));
        return facts;
    }

    private static IEnumerable<SummaryItem> Headlines(EvaluationReport? trained)
    {
        if (trained is null) yield break;
        yield return new("success", Percent(trained.SuccessRate),
            $"95 % interval {Percent(trained.SuccessInterval[0])} – {Percent(trained.SuccessInterval[1])}, {trained.Episodes} episodes",
            Good: true);
        yield return new("grasped", Percent(trained.GraspRate), "held the object at some time");
    }

    private static IEnumerable<SuccessRow> SuccessRows(RunData run, bool named) => run.Evaluations.Select(e =>
    {
        var trained = e.Policy == EvaluatedPolicies.Trained;
        var method = trained ? run.Settings.Training.Method : e.Policy;
        return new SuccessRow(named ? $"{run.Name}: {method}" : method, trained ? run.Settings.Dataset : "", "",
            WilsonInterval.Of(e.Successes, e.Episodes), trained);
    });

    private static IEnumerable<Chart> ChartsOf(RunData run)
    {
        Chart Of(string title, string y, double? high, params (string Name, string Column)[] series) => new(title, "step", y,
            [.. series.Select(s => new ChartSeries(s.Name, Points(run.Metrics, s.Column))).Where(s => s.Points.Count > 0)],
            Smoothing, LogX: false, YMin: 0, YMax: high);
        yield return Of("Loss", "cross-entropy", null, ("recorded actions", "loss/seen"), ("negative actions", "loss/negative"));
        if (run.Settings.Training.Objective == Learning.Objective.QFunction)
        {
            yield return Of("Q-values", "Q, mean over the batch", 1,
                ("recorded actions", "q/seen"), ("negative actions", "q/negative"), ("targets", "q/target"));
            yield return Of("Targets and negatives", "share of rows", 1, ("goal reached", "targets/reached"),
                ("raised to the bound", "targets/bounded"), ("outside [0, 1]", "targets/outside"), ("no negative", "negatives/masked"));
        }
        yield return Of("Speed", "steps per second", null, ("steps per second", "speed/steps_per_second"));
    }

    private static IEnumerable<Chart> ChartsOf(IReadOnlyList<RunData> runs)
    {
        Chart Of(string title, string y, string column, double? high) => new(title, "step", y,
            [.. runs.Take(MostSeries).Select(run => new ChartSeries(run.Name, Points(run.Metrics, column))).Where(s => s.Points.Count > 0)],
            Smoothing, LogX: false, YMin: 0, YMax: high);
        yield return Of("Loss", "cross-entropy", "loss/total", null);
        yield return Of("Q of recorded actions", "Q", "q/seen", 1);
        yield return Of("Q of negative actions", "Q", "q/negative", 1);
        yield return Of("Targets", "target", "q/target", 1);
    }

    private static HistogramChart QChart(RunData run, bool named)
    {
        var q = run.QValues!;
        List<HistogramSeries> series = [new("recorded actions", q.Seen, q.SeenMean)];
        if (q.NegativeMean is { } mean) series.Add(new("negative actions", q.Negative, mean));
        return new(named ? run.Name : "Q of recorded and of negative actions", "Q", 0, 1, series, "on batches that no training step drew");
    }

    private static List<Setting> Settings(RunSettings settings)
    {
        List<Setting> list = [new("dataset", settings.Dataset), new("dataset_episodes", Amount.Count(settings.DatasetEpisodes)),
            new("trainable_parameters", Amount.Count(settings.Parameters))];
        list.AddRange(settings.Recording.Select(s => new Setting($"recording_{s.Key}", s.Value)));
        list.AddRange(JsonSerializer.SerializeToElement(settings.Training, JsonTypes.Default.TrainingSettings).EnumerateObject()
            .Where(p => p.Value.ValueKind != JsonValueKind.Null).Select(p => new Setting(p.Name, p.Value.ToString())));
        return list;
    }

    private static IReadOnlyList<ChartPoint> Points(MetricsTable metrics, string column) =>
        [.. metrics.Series(column).Select(p => new ChartPoint(p.Step, p.Value))];

    private static string Percent(double rate) => string.Create(CultureInfo.InvariantCulture, $"{100 * rate:0.0} %");
}
