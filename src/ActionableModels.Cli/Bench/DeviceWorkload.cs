using ActionableModels.Compute;

namespace ActionableModels.Cli.Bench;

/// <summary>Work on a device alone: launched as one unit where the device can do so, and waited for.</summary>
internal abstract class DeviceWorkload(Device device) : Workload(device)
{
    private WorkSequence? sequence;

    /// <summary>Issues the work's operations.</summary>
    protected abstract void Compute();

    /// <inheritdoc/>
    public override void Run()
    {
        (sequence ??= Device.Sequence(Compute)).Run();
        Device.Synchronize();
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        sequence?.Dispose();
        base.Dispose();
    }
}
