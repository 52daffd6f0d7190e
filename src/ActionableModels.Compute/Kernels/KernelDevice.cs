namespace ActionableModels.Compute.Kernels;

/// <summary>
/// A device that runs the portable kernels of the folder kernels/: the operation set's host side, once for OpenCL and CUDA. What is
/// left to the two is memory, copies and the launch.
/// </summary>
public abstract partial class KernelDevice : Device
{
    private readonly KernelCall call;
    private readonly List<DeviceMemory> scratch = [];

    private protected KernelDevice() => call = new KernelCall(this);

    /// <inheritdoc/>
    public override int ChunkScale => 8;

    /// <summary>Queues one launch.</summary>
    internal abstract void Launch(KernelCall call, int groupsX, int groupsY, int groupsZ);

    /// <summary>Starts the arguments of a launch.</summary>
    private protected KernelCall Call(Kernel kernel) => call.Begin(kernel);

    /// <summary>
    /// Working memory for the operation being queued: the same block for all of them, valid until the next operation asks. Blocks that were
    /// outgrown stay until the device is disposed, for launches that were recorded with them.
    /// </summary>
    private protected DeviceMemory Scratch(long bytes)
    {
        if (scratch.Count == 0 || scratch[^1].Bytes < bytes)
            scratch.Add(Allocate(Math.Max(bytes, scratch.Count == 0 ? 1 << 20 : 2 * scratch[^1].Bytes)));
        return scratch[^1];
    }

    /// <summary>Groups for a loop that strides over <paramref name="count"/> elements: enough to fill any device, few enough to be cheap.</summary>
    private protected static int GroupsFor(long count, int group = 256) => (int)Math.Min((count + group - 1) / group, 4096);

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (var block in scratch) block.Dispose();
        scratch.Clear();
    }
}
