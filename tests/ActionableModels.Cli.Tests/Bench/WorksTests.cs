using ActionableModels.Cli.Bench;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Networks;

namespace ActionableModels.Cli.Tests.Bench;

public sealed class WorksTests
{
    [Fact]
    public void NamesAreUniqueAndGroupsHoldWhatIsBelowThem()
    {
        Assert.Equal(Works.All.Count, Works.All.Select(work => work.FileName).Distinct().Count());
        Assert.Equal(13, Works.Named("layer").Count());
        Assert.Equal(3, Works.Named("layer/conv2").Count());
        Assert.Single(Works.Named("layer/conv2/forward"));
        Assert.Single(Works.Named("step/compact-64/batch64"));
        Assert.Empty(Works.Named("lay"));
    }

    [Fact]
    public void LayersAreThoseOfTheNetwork()
    {
        var spec = NetworkPresets.Get("qt-opt-472");
        long Of(int layer) => ConvolutionLayer.Of(spec, layer).MultiplyAdds;
        Assert.Equal(spec.TowerMultiplyAdds(), Of(1) + 6 * Of(2));
        Assert.Equal(Of(8), Of(13));
        Assert.Equal((14, 12, 10), (ConvolutionLayer.Of(spec, 14).Height, ConvolutionLayer.Of(spec, 15).Height,
            ConvolutionLayer.Of(spec, 16).Height));
    }

    [Fact]
    public void TheBehaviourNumberDependsOnTheSeedAndNotOnThreads()
    {
        using var one = new CpuDevice(1);
        using var two = new CpuDevice(2);
        var number = Behaviour.Number(one);
        Assert.Equal(number, Behaviour.Number(two));
        Assert.NotEqual(number, Behaviour.Number(one, seed: 2));
    }

    [Fact]
    public void AMeasurementCountsWhatEveryRunAllocates()
    {
        using var device = new CpuDevice(1);
        using var work = new Allocating(device);
        var measured = Measurement.Of(work, 0.03, _ => { });
        Assert.True(measured.Runs >= 3);
        Assert.True(measured.AllocatedBytes >= Allocating.Bytes);
        Assert.InRange(measured.Quantile(0.5), Allocating.Milliseconds, measured.Quantile(1));
        Assert.True(measured.Quantile(0.1) <= measured.Quantile(0.5));
        Assert.Equal(1, Measurement.Of(work, 0, _ => { }).Runs);
    }

    [Fact]
    public void RepeatsAreWorkOfOneRunAndTimesOfOneWork()
    {
        using var device = new CpuDevice(1);
        using var work = new Sleeping(device) { Repeats = 4 };
        var kind = new WorkKind("sleeping", "", 1, true, (_, _) => work);
        var result = BenchResult.Of(kind, 1, work, Measurement.Of(work, 0, _ => { }), device);
        Assert.Equal(4, work.Done);
        Assert.InRange(result.Median, Sleeping.Milliseconds, 100 * Sleeping.Milliseconds);
        Assert.Equal(1000 / result.Median, result.Rate, 1e-6);
    }

    private sealed class Sleeping(Device device) : DeviceWorkload(device)
    {
        public const int Milliseconds = 20;

        public int Done { get; private set; }
        public override double Amount => 1;
        public override string RateUnit => "runs/s";

        public override void Describe(ExchangeFile file)
        {
        }

        protected override void Compute()
        {
            Done++;
            Thread.Sleep(Milliseconds);
        }
    }

    private sealed class Allocating(Device device) : Workload(device)
    {
        public const int Bytes = 1000, Milliseconds = 2;

        public override double Amount => 1;
        public override string RateUnit => "runs/s";

        public override void Run()
        {
            GC.KeepAlive(new byte[Bytes]);
            Thread.Sleep(Milliseconds);
        }

        public override void Describe(ExchangeFile file)
        {
        }
    }
}
