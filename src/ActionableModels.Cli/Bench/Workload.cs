using ActionableModels.Compute;

namespace ActionableModels.Cli.Bench;

/// <summary>
/// One kind of work, planned on a device with fixed weights and inputs: each <see cref="Run"/> does all of it once and allocates nothing.
/// </summary>
internal abstract class Workload(Device device) : IDisposable
{
    /// <summary>Where the work's tensors lie.</summary>
    protected Arena Arena { get; } = new(device, 1 << 20);

    /// <summary>The device.</summary>
    protected Device Device => device;

    /// <summary>What one run gets done, in the numerator of <see cref="RateUnit"/>.</summary>
    public abstract double Amount { get; }

    /// <summary>What the rate counts: GFLOP/s (those of the direct form, two per multiply-add), decisions/s, labels/s, steps/s, examples/s.</summary>
    public abstract string RateUnit { get; }

    /// <summary>Does the work once.</summary>
    public abstract void Run();

    /// <summary>Adds inputs, parameters and the outputs of one run, for another library to do the same and compare.</summary>
    public abstract void Describe(ExchangeFile file);

    /// <inheritdoc/>
    public virtual void Dispose() => Arena.Dispose();

    /// <summary>Billions of floating-point operations of so many multiply-adds.</summary>
    protected static double Gigaflops(double multiplyAdds) => 2e-9 * multiplyAdds;
}
