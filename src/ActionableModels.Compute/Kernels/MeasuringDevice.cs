namespace ActionableModels.Compute.Kernels;

/// <summary>
/// Takes everything and computes nothing: what is planned on it, and run once for the working memory, tells how many bytes a device needs.
/// Downloads give zeros.
/// </summary>
public sealed class MeasuringDevice : KernelDevice
{
    private readonly Device device;
    private long allocated;

    /// <summary>Stands for a device.</summary>
    /// <param name="device">The device whose need is measured: what is planned follows its answers.</param>
    public MeasuringDevice(Device device) => this.device = device;

    /// <inheritdoc/>
    public override string Name => "measuring";

    /// <inheritdoc/>
    public override string Description => "counts bytes of memory and computes nothing";

    /// <inheritdoc/>
    public override int ChunkScale => device.ChunkScale;

    /// <inheritdoc/>
    public override bool AddsConvolutions => device.AddsConvolutions;

    /// <inheritdoc/>
    public override bool HalvesConvolution(Shape x, int outputs, Window window) => device.HalvesConvolution(x, outputs, window);

    /// <inheritdoc/>
    public override bool ReadsPacked(Shape x, Tensor w, Window window) => device.ReadsPacked(x, w, window);

    /// <inheritdoc/>
    public override bool ReadsPacked(int rows, Tensor w) => device.ReadsPacked(rows, w);

    /// <inheritdoc/>
    public override Tensor Packable(Arena arena, Tensor w) => device.Packable(arena, w);

    /// <summary>Bytes asked for so far.</summary>
    public override long? AllocatedBytes => allocated;

    /// <inheritdoc/>
    public override DeviceMemory Allocate(long bytes)
    {
        allocated += bytes;
        return new Block(bytes);
    }

    /// <inheritdoc/>
    public override void Upload<T>(ReadOnlySpan<T> source, Tensor destination) { }

    /// <inheritdoc/>
    public override void Download<T>(Tensor source, Span<T> destination) => destination.Clear();

    /// <inheritdoc/>
    public override void Synchronize() { }

    /// <inheritdoc/>
    internal override void Launch(KernelCall call, int groupsX, int groupsY, int groupsZ) { }

    private sealed class Block(long bytes) : DeviceMemory
    {
        public override long Bytes => bytes;

        public override void Dispose() { }
    }
}
