using ActionableModels.Compute;

namespace ActionableModels.Cli.Bench;

/// <summary>
/// Work on a device alone: launched as one unit where the device can do so, and waited for. The time that launching and waiting takes can be
/// spread over several repeats.
/// </summary>
internal abstract class DeviceWorkload(Device device) : Workload(device)
{
    private WorkSequence? sequence;

    /// <summary>Times that one run does the work; set before the first run.</summary>
    public int Repeats { get; set; } = 1;

    /// <summary>Issues the work's operations.</summary>
    protected abstract void Compute();

    /// <inheritdoc/>
    public override void Run()
    {
        (sequence ??= Device.Sequence(Repeat)).Run();
        Device.Synchronize();
    }

    private void Repeat()
    {
        for (var i = 0; i < Repeats; i++) Compute();
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        sequence?.Dispose();
        base.Dispose();
    }
}
