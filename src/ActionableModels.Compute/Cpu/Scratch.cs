using System.Runtime.InteropServices;

namespace ActionableModels.Compute.Cpu;

/// <summary>A block of working memory that grows to the largest size ever asked for and is reused by every operation after.</summary>
internal sealed unsafe class Scratch : IDisposable
{
    private float* pointer;
    private long floats;

    /// <summary>At least <paramref name="count"/> floats, 64-byte aligned, contents undefined. Invalidates what was handed out before.</summary>
    public float* Get(long count)
    {
        if (count > floats)
        {
            NativeMemory.AlignedFree(pointer);
            pointer = null;
            floats = 0;
            try
            {
                pointer = (float*)NativeMemory.AlignedAlloc((nuint)count * sizeof(float), 64);
            }
            catch (OutOfMemoryException fault)
            {
                throw new OutOfDeviceMemoryException(
                    $"the cpu device could not allocate {count * 4:N0} bytes of working memory: use a smaller batch or free memory", fault);
            }
            floats = count;
        }
        return pointer;
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(pointer);
        pointer = null;
        floats = 0;
    }
}
