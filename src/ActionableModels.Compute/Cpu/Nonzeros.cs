using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ActionableModels.Compute.Cpu;

/// <summary>Finds the elements of rows that are not zero: behind a ReLU that is about half of them.</summary>
internal static unsafe class Nonzeros
{
    /// <summary>
    /// Bit j of mask b of a row says that element 64·b + j is not zero (NaN is not). Returns how many are not.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static long Mark(float* x, int rows, int depth, ulong* masks)
    {
        var count = 0L;
        for (var r = 0; r < rows; r++, x += depth)
        {
            var k = 0;
            for (; k <= depth - 64; k += 64) count += BitOperations.PopCount(*masks++ = Whole(x + k));
            if (k < depth) count += BitOperations.PopCount(*masks++ = Part(x + k, depth - k));
        }
        return count;
    }

    /// <summary>Whether all of so many floats, a multiple of 16, are finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool Finite(float* values, long count)
    {
        // What is not finite, less itself, is NaN.
        var sum = Vector256<float>.Zero;
        for (var i = 0L; i < count; i += 16)
        {
            Vector256<float> a = Vector256.Load(values + i), b = Vector256.Load(values + i + 8);
            sum += (a - a) + (b - b);
        }
        return Vector256.EqualsAll(sum, Vector256<float>.Zero);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Whole(float* x)
    {
        ulong zeros = 0;
        if (Vector512.IsHardwareAccelerated)
            for (var i = 0; i < 64; i += 16)
                zeros |= Vector512.Equals(Vector512.Load(x + i), Vector512<float>.Zero).ExtractMostSignificantBits() << i;
        else
            for (var i = 0; i < 64; i += 8)
                zeros |= (ulong)Vector256.Equals(Vector256.Load(x + i), Vector256<float>.Zero).ExtractMostSignificantBits() << i;
        return ~zeros;
    }

    private static ulong Part(float* x, int count)
    {
        ulong mask = 0;
        for (var i = 0; i < count; i++)
            if (x[i] != 0) mask |= 1UL << i;
        return mask;
    }
}
