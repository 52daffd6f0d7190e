using System.Globalization;
using ActionableModels.Cli.Terminal;

namespace ActionableModels.Cli;

/// <summary>What the demo prints and keeps in demo.json.</summary>
internal sealed record DemoResult(string Task, int Episodes, double SuccessRate, double[] SuccessInterval, double UntrainedSuccessRate,
    double RandomSuccessRate, double GraspRate, double TrainSeconds, long Steps, double TotalSeconds, int DatasetEpisodes, ulong Seed,
    string Report, string Checkpoint, string Dataset)
{
    /// <summary>Writes it for people.</summary>
    public void Write(TextWriter text)
    {
        string Percent(double rate) => string.Create(CultureInfo.InvariantCulture, $"{100 * rate:0.0} %");
        text.WriteLine($"{Task}: the trained policy reached {Percent(SuccessRate)} of {Episodes} new goal images "
            + $"(95 % interval {Percent(SuccessInterval[0])} to {Percent(SuccessInterval[1])}),");
        text.WriteLine($"the untrained network {Percent(UntrainedSuccessRate)}, random actions {Percent(RandomSuccessRate)}.");
        text.WriteLine($"{Amount.Count(Steps)} steps took {Amount.Duration(TimeSpan.FromSeconds(TrainSeconds))}, "
            + $"everything {Amount.Duration(TimeSpan.FromSeconds(TotalSeconds))}.");
        text.WriteLine($"report      {Report}");
        text.WriteLine($"checkpoint  {Checkpoint}");
        text.WriteLine($"dataset     {Dataset}");
    }
}
