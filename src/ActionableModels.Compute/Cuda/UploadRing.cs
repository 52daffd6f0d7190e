namespace ActionableModels.Compute.Cuda;

/// <summary>
/// Pinned memory through which uploads pass: the host fills it and goes on while the device copies. It is a ring of segments; a segment is
/// filled again once the event that follows its copies has happened, so that the host waits only when the whole ring is under way.
/// </summary>
internal sealed unsafe class UploadRing : IDisposable
{
    /// <summary>Bytes of one segment, and number of them.</summary>
    public const int SegmentBytes = 4 << 20, Segments = 4;
    private readonly CudaDevice device;
    private readonly PinnedMemory memory;
    private readonly nint[] copied = new nint[Segments];
    private int segment;
    private long used;

    public UploadRing(CudaDevice device)
    {
        this.device = device;
        memory = new PinnedMemory(device, (long)SegmentBytes * Segments);
        for (var i = 0; i < Segments; i++) copied[i] = device.CreateEvent();
    }

    /// <summary>Queues a copy; the source may change when this returns.</summary>
    public void Upload(byte* source, ulong destination, long bytes)
    {
        for (long done = 0, part; done < bytes; done += part)
        {
            if (used == SegmentBytes) Advance();
            part = Math.Min(bytes - done, SegmentBytes - used);
            var staged = memory.Pointer + (long)segment * SegmentBytes + used;
            device.Copier.Copy(source + done, staged, part);
            device.Check(device.Driver.CopyToDevice(destination + (ulong)done, staged, (nuint)part, device.Stream), "cuMemcpyHtoDAsync");
            // Copies start where the device reads whole lines.
            used = Math.Min(SegmentBytes, (used + part + 255) & ~255L);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var done in copied) device.Driver.EventDestroy(done);
        memory.Dispose();
    }

    private void Advance()
    {
        device.Check(device.Driver.EventRecord(copied[segment], device.Stream), "cuEventRecord");
        segment = (segment + 1) % Segments;
        used = 0;
        device.Check(device.Driver.EventSynchronize(copied[segment]), "cuEventSynchronize");
    }
}
