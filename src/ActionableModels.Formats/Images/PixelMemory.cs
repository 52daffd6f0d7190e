using System.Runtime.InteropServices;
using ActionableModels.Compute;

namespace ActionableModels.Formats.Images;

/// <summary>Memory that decoders write to, outside the runtime's own.</summary>
internal static unsafe class PixelMemory
{
    /// <summary>Takes bytes, which are freed by <see cref="NativeMemory.Free"/>.</summary>
    /// <exception cref="ActionableException">The machine has no more.</exception>
    public static byte* Take(nuint bytes)
    {
        try
        {
            return (byte*)NativeMemory.Alloc(bytes);
        }
        catch (OutOfMemoryException fault)
        {
            throw new ActionableException($"there is no memory of {bytes} bytes to decode an image: close other programs", fault);
        }
    }
}
