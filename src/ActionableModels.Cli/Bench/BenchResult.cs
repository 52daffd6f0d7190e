using System.Globalization;
using ActionableModels.Cli.Terminal;

namespace ActionableModels.Cli.Bench;

/// <summary>The figures of one work.</summary>
/// <param name="Work">Name.</param>
/// <param name="Batch">Image pairs in one run.</param>
/// <param name="Unit">Unit of the times: ms.</param>
/// <param name="Median">Median time.</param>
/// <param name="P10">Time that a tenth of the runs stayed below.</param>
/// <param name="P90">Time that nine tenths of the runs stayed below.</param>
/// <param name="Runs">Measured runs.</param>
/// <param name="Rate">Amount of work done per second at the median time.</param>
/// <param name="RateUnit">Unit of the rate.</param>
/// <param name="AllocatedBytes">Managed bytes allocated in one run.</param>
/// <param name="PeakBytes">Most memory of the process during the work; null where the system does not tell.</param>
internal sealed record BenchResult(string Work, int Batch, string Unit, double Median, double P10, double P90, int Runs, double Rate,
    string RateUnit, long AllocatedBytes, long? PeakBytes)
{
    public static BenchResult Of(WorkKind kind, int batch, Workload work, Measurement measured)
    {
        var median = measured.Quantile(0.5);
        return new(kind.Name, batch, "ms", median, measured.Quantile(0.1), measured.Quantile(0.9), measured.Runs, 1000 * work.Amount / median,
            work.RateUnit, measured.AllocatedBytes, PeakMemory.Bytes());
    }

    public static void Write(TextWriter output, IEnumerable<BenchResult> results)
    {
        var table = new Table("work", "batch", "median ms", "p10", "p90", "runs", "rate", "", "allocated bytes", "peak memory");
        foreach (var r in results)
            table.Add(r.Work, $"{r.Batch}", Number(r.Median), Number(r.P10), Number(r.P90), $"{r.Runs}", Number(r.Rate), r.RateUnit,
                $"{r.AllocatedBytes}", r.PeakBytes is { } bytes ? Amount.Bytes(bytes) : "unknown");
        table.Write(output);
    }

    private static string Number(double value) =>
        value.ToString(value switch { >= 1000 => "0", >= 100 => "0.0", >= 1 => "0.00", _ => "0.0000" }, CultureInfo.InvariantCulture);
}
