using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ActionableModels.Compute.Cpu;

/// <summary>Rows of bytes as numbers within 0 to 1.</summary>
internal static unsafe class ByteRows
{
    /// <summary>y[i] = x[i] / 255, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToUnit(byte* x, int count, float* y)
    {
        var i = 0;
        if (Fma.IsSupported)
            for (; i <= count - 32; i += 32)
            {
                var (low, high) = Vector256.Widen(Vector256.Load(x + i));
                Store(low, y + i);
                Store(high, y + i + 16);
            }
        for (; i < count; i++) y[i] = x[i] / 255f;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<ushort> numbers, float* y)
    {
        var (low, high) = Vector256.Widen(numbers);
        Divided(Vector256.ConvertToSingle(low.AsInt32())).Store(y);
        Divided(Vector256.ConvertToSingle(high.AsInt32())).Store(y + 8);
    }

    // A product and one correction round as the division does for every byte, in a third of its time.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Divided(Vector256<float> number)
    {
        var quotient = number * (1 / 255f);
        var rest = Fma.MultiplyAdd(quotient, Vector256.Create(-255f), number);
        return Fma.MultiplyAdd(rest, Vector256.Create(1 / 255f), quotient);
    }
}
