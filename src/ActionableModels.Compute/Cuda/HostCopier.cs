using ActionableModels.Compute.Cpu;

namespace ActionableModels.Compute.Cuda;

/// <summary>
/// Copies into pinned memory by a few threads: one alone does not use up the host's memory bandwidth, and the device waits for the images of a
/// large batch. The threads start with the first copy that is worth them, and sleep between copies.
/// </summary>
internal sealed unsafe class HostCopier : IDisposable
{
    private const int PartBytes = 1 << 18, MostThreads = 4;
    private WorkerPool? pool;

    /// <summary>Copies and returns when all is there.</summary>
    public void Copy(byte* source, byte* destination, long bytes)
    {
        var parts = (int)((bytes + PartBytes - 1) / PartBytes);
        if (parts > 1) (pool ??= new WorkerPool(Math.Min(MostThreads, Environment.ProcessorCount))).Run(new Parts(source, destination, bytes), parts);
        else Buffer.MemoryCopy(source, destination, bytes, bytes);
    }

    /// <inheritdoc/>
    public void Dispose() => pool?.Dispose();

    private readonly struct Parts(byte* source, byte* destination, long bytes) : IWork
    {
        public void Run(int unit, int worker)
        {
            var start = (long)unit * PartBytes;
            var size = Math.Min(PartBytes, bytes - start);
            Buffer.MemoryCopy(source + start, destination + start, size, size);
        }
    }
}
