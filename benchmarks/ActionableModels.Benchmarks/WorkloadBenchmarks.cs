using ActionableModels.Cli.Bench;
using ActionableModels.Compute.Cpu;
using BenchmarkDotNet.Attributes;

namespace ActionableModels.Benchmarks;

/// <summary>Runs the works of `actionable bench` under BenchmarkDotNet, one thread.</summary>
/// <param name="groups">What the names of the works begin with.</param>
public abstract class WorkloadBenchmarks(params string[] groups)
{
    private CpuDevice device = null!;
    private Workload work = null!;

    /// <summary>Name of the work.</summary>
    [ParamsSource(nameof(Names))]
    public string Work { get; set; } = "";

    /// <summary>The works of this class.</summary>
    public IEnumerable<string> Names => groups.SelectMany(Works.Named).Select(kind => kind.Name);

    [GlobalSetup]
    public void Prepare()
    {
        device = new CpuDevice(threads: 1);
        var kind = Works.Named(Work).Single();
        work = kind.Create(device, kind.Batch);
    }

    [Benchmark]
    public void Run() => work.Run();

    [GlobalCleanup]
    public void Release()
    {
        work.Dispose();
        device.Dispose();
    }
}

/// <summary>Single convolutions of qt-opt-472.</summary>
public class LayerBenchmarks() : WorkloadBenchmarks("layer");

/// <summary>Image tower and head.</summary>
public class NetworkBenchmarks() : WorkloadBenchmarks("tower", "head");

/// <summary>Decisions.</summary>
public class DecisionBenchmarks() : WorkloadBenchmarks("decision");

/// <summary>Training: labels, gradient part, whole steps.</summary>
public class StepBenchmarks() : WorkloadBenchmarks("labels", "step");
