using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ActionableModels.Compute.Cpu;

/// <summary>Copies and clears of float arrays by address.</summary>
internal static unsafe class Raw
{
    public static void Copy(float* source, float* destination, int count) =>
        new ReadOnlySpan<float>(source, count).CopyTo(new Span<float>(destination, count));

    public static void Clear(float* destination, int count) => new Span<float>(destination, count).Clear();

    /// <summary>Copies a run too short for a call. The last vectors overlap instead of ending in single floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyRun(float* source, float* destination, int count)
    {
        if (count >= 8)
        {
            for (var i = 0; i < count - 8; i += 8) Vector256.Store(Vector256.Load(source + i), destination + i);
            Vector256.Store(Vector256.Load(source + count - 8), destination + count - 8);
        }
        else
        {
            for (var i = 0; i < count; i++) destination[i] = source[i];
        }
    }

    /// <summary>Sets a run too short for a call to zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ClearRun(float* destination, int count)
    {
        if (count >= 8)
        {
            for (var i = 0; i < count - 8; i += 8) Vector256.Store(Vector256<float>.Zero, destination + i);
            Vector256.Store(Vector256<float>.Zero, destination + count - 8);
        }
        else
        {
            for (var i = 0; i < count; i++) destination[i] = 0;
        }
    }
}
