using System.Text.Json;
using ActionableModels.Cli.Tests.Commands;
using ActionableModels.Compute.Cpu;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Cli.Tests.Latency;

/// <summary>The command as a process.</summary>
[Collection(nameof(SmallRun))]
public sealed class BenchActTests(SmallRun small)
{
    private static readonly string[] Brief = ["bench", "act", "--preset", "compact-32", "--warm-up", "0.1"];

    [Fact]
    public void Decisions_allocate_nothing_also_while_the_progress_is_shown()
    {
        var result = Actionable.Run("bench", "act", "--preset", "compact-32", "--seconds", "8", "--json");
        Assert.Equal(0, result.Code);
        Assert.Contains("bench act, alone: ", result.Error);
        var run = Assert.Single(result.Json.GetProperty("runs").EnumerateArray());
        Assert.Equal(0, run.GetProperty("allocated_bytes").GetInt64());
        Assert.Equal([0, 0, 0], run.GetProperty("collections").EnumerateArray().Select(count => count.GetInt32()));
        Assert.True(run.GetProperty("decisions").GetInt64() > 10, $"{run}");
    }

    [Fact]
    public void Measures_alone_and_beside_a_load_with_budgets()
    {
        var cores = Affinity.Allowed().Length;
        if (!Requirement.Met(cores > 1, "a second core, for the load", nameof(Measures_alone_and_beside_a_load_with_budgets))) return;
        var json = Actionable.Json([.. Brief, "--decisions", "40", "--load", "both", "--budget-sweep", "--quiet"]);
        var runs = json.GetProperty("runs").EnumerateArray().ToArray();
        Assert.Equal(20, runs.Length);
        Assert.Equal(["alone", "beside the load"],
            runs.Where(run => run.GetProperty("budget").ValueKind == JsonValueKind.Null).Select(Name));
        foreach (var run in runs)
        {
            Assert.Equal(40, run.GetProperty("decisions").GetInt64());
            Assert.Equal(40UL, run.GetProperty("interventions").GetProperty("decisions").GetUInt64());
            var times = run.GetProperty("latency");
            double[] ordered = [.. new[] { "min", "p50", "p90", "max" }.Select(name => times.GetProperty(name).GetDouble())];
            Assert.Equal(ordered.Order(), ordered);
            Assert.All(["p99", "p999", "p9999"], name => Assert.Equal(JsonValueKind.Null, times.GetProperty(name).ValueKind));
            Assert.Equal(40, times.GetProperty("histogram").EnumerateArray().Sum(bin => bin[2].GetInt64()));
            Assert.Equal(Name(run).StartsWith("beside", StringComparison.Ordinal), run.GetProperty("load").ValueKind != JsonValueKind.Null);
            if (run.GetProperty("load") is { ValueKind: JsonValueKind.Object } load)
            {
                Assert.True(load.GetProperty("share").GetDouble() > 0, $"{load}");
                Assert.Equal(load.GetProperty("share").GetDouble() < 0.9, load.GetProperty("note").ValueKind == JsonValueKind.String);
            }
            if (run.GetProperty("budget") is { ValueKind: JsonValueKind.Object } budget)
            {
                var inside = budget.GetProperty("inside").GetDouble();
                var (mean, fewest) = (budget.GetProperty("mean_samples").GetDouble(), budget.GetProperty("fewest_samples").GetInt32());
                Assert.InRange(inside, 0, 1);
                Assert.InRange(mean, fewest, 128);
                var overshoot = budget.GetProperty("overshoot");
                var over = overshoot.ValueKind == JsonValueKind.Object ? overshoot.GetProperty("count").GetInt64() : 0;
                Assert.Equal(1 - over / 40.0, inside, 1e-9);
            }
        }
    }

    [Fact]
    public void A_budget_that_cannot_hold_all_samples_ends_the_search_early()
    {
        // A microsecond: no machine evaluates 128 actions in it.
        var json = Actionable.Json([.. Brief, "--decisions", "20", "--budget", "0.001", "--quiet"]);
        var run = Assert.Single(json.GetProperty("runs").EnumerateArray());
        Assert.True(run.GetProperty("budget").GetProperty("mean_samples").GetDouble() < 128, $"{run}");
        Assert.Equal(0, run.GetProperty("budget").GetProperty("inside").GetDouble());
        Assert.Equal(20UL, run.GetProperty("interventions").GetProperty("budget_spent").GetUInt64());
    }

    [Fact]
    public void At_a_rate_it_is_measured_against_the_schedule()
    {
        var json = Actionable.Json([.. Brief, "--decisions", "60", "--rate", "200", "--quiet"]);
        var run = Assert.Single(json.GetProperty("runs").EnumerateArray());
        var (pace, latency) = (run.GetProperty("pace"), run.GetProperty("latency"));
        Assert.Equal(60, pace.GetProperty("lateness").GetProperty("count").GetInt64());
        Assert.True(pace.GetProperty("lateness").GetProperty("min").GetDouble() >= 0);
        Assert.True(pace.GetProperty("response").GetProperty("mean").GetDouble() >= latency.GetProperty("mean").GetDouble(), $"{run}");
        // Sixty periods and the missed ones lie between the first decision and the last.
        var missed = pace.GetProperty("missed").GetInt64();
        var longest = pace.GetProperty("response").GetProperty("max").GetDouble() / 1e3;
        Assert.InRange(run.GetProperty("seconds").GetDouble(), (60 + missed) * 0.005, (62 + missed) * 0.005 + longest);
    }

    [Fact]
    public void A_run_with_latency_has_it_in_its_report()
    {
        var run = small.Copy(small.Run);
        var (output, page) = (Path.Combine(run, "latency.json"), small.New() + ".html");
        var json = Actionable.Json("bench", "act", "--checkpoint", small.Checkpoint, "--decisions", "20", "--warm-up", "0.1",
            "--output", output, "--report", page, "--quiet");
        Assert.Equal(small.Checkpoint, json.GetProperty("source").GetString());
        Assert.True(JsonElement.DeepEquals(json, JsonDocument.Parse(File.ReadAllText(output)).RootElement));
        Assert.Contains("Decisions of compact-32", File.ReadAllText(page));
        var report = small.New() + ".html";
        Actionable.Json("report", "--run", run, "--output", report);
        Assert.Contains("<h2>Times of decisions</h2>", File.ReadAllText(report));
        File.WriteAllText(output, "{\"runs\": 1}");
        Actionable.Run("report", "--run", run, "--output", report).Fails("latency.json", "write it again or remove it");
        File.WriteAllText(output, "{\"runs\": []}");
        Actionable.Run("report", "--run", run, "--output", report).Fails("latency.json", "is no result of bench act");
    }

    [Fact]
    public void What_cannot_be_measured_is_said_before_anything_is()
    {
        Actionable.Run("bench", "act", "--preset", "compact").Fails("unknown preset 'compact'", "compact-32");
        Actionable.Run("bench", "act", "--checkpoint", small.Path("none")).Fails(small.Path("none"));
        Actionable.Run("bench", "act", "--load", "beside", "--threads", "0").Fails("no core is left for the load", "--threads");
        Actionable.Run("bench", "act", "--cores", "one").Fails("'one' is not a processor's number");
        Actionable.Run("bench", "act", "--output", small.Run).Fails(small.Run, "is a folder");
    }

    private static string Name(JsonElement run) => run.GetProperty("name").GetString()!;
}
