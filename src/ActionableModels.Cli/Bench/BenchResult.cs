using System.Globalization;
using ActionableModels.Cli.Terminal;
using ActionableModels.Compute;

namespace ActionableModels.Cli.Bench;

/// <summary>The figures of one work.</summary>
/// <param name="Work">Name.</param>
/// <param name="Batch">Image pairs in one run.</param>
/// <param name="Unit">Unit of the times: ms.</param>
/// <param name="Median">Median time.</param>
/// <param name="P10">Time that a tenth of the runs stayed below.</param>
/// <param name="P90">Time that nine tenths of the runs stayed below.</param>
/// <param name="P99">Time that 99 of 100 runs stayed below.</param>
/// <param name="Runs">Measured runs.</param>
/// <param name="Rate">Amount of work done per second at the median time.</param>
/// <param name="RateUnit">Unit of the rate.</param>
/// <param name="AllocatedBytes">Managed bytes allocated in one run.</param>
/// <param name="PeakBytes">Most memory of the process during the work; null where the system does not tell.</param>
/// <param name="DeviceBytes">The device's own memory that the work has; null where it computes in the host's.</param>
internal sealed record BenchResult(string Work, int Batch, string Unit, double Median, double P10, double P90, double P99, int Runs, double Rate,
    string RateUnit, long AllocatedBytes, long? PeakBytes, long? DeviceBytes)
{
    public static BenchResult Of(WorkKind kind, int batch, Workload work, Measurement measured, Device device)
    {
        var repeats = (work as DeviceWorkload)?.Repeats ?? 1;
        double Time(double share) => measured.Quantile(share) / repeats;
        return new(kind.Name, batch, "ms", Time(0.5), Time(0.1), Time(0.9), Time(0.99), measured.Runs, 1000 * work.Amount / Time(0.5),
            work.RateUnit, measured.AllocatedBytes, PeakMemory.Bytes(), device.AllocatedBytes);
    }

    public static void Write(TextWriter output, IEnumerable<BenchResult> results)
    {
        var table = new Table("work", "batch", "median ms", "p10", "p90", "p99", "runs", "rate", "", "allocated bytes", "peak memory",
            "device memory");
        foreach (var r in results)
            table.Add(r.Work, $"{r.Batch}", Number(r.Median), Number(r.P10), Number(r.P90), Number(r.P99), $"{r.Runs}", Number(r.Rate), r.RateUnit,
                $"{r.AllocatedBytes}", r.PeakBytes is { } bytes ? Amount.Bytes(bytes) : "unknown",
                r.DeviceBytes is { } own ? Amount.Bytes(own) : "");
        table.Write(output);
    }

    private static string Number(double value) =>
        value.ToString(value switch { >= 1000 => "0", >= 100 => "0.0", >= 1 => "0.00", _ => "0.0000" }, CultureInfo.InvariantCulture);
}
