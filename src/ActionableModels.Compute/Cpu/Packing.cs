using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace ActionableModels.Compute.Cpu;

/// <summary>Brings the B operand of a contraction into panels: [panel][k][panel width], the columns beyond n zero.</summary>
internal static unsafe class Packing
{
    /// <summary>Columns rounded up to whole vectors.</summary>
    public static int Padded(int n, int lanes) => (n + lanes - 1) / lanes * lanes;

    /// <summary>Floats of a packed operand.</summary>
    public static long Size(long k, int n, int lanes) => k * Padded(n, lanes);

    /// <summary>Writes row <paramref name="k"/> of <paramref name="depth"/> from n contiguous floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Row(float* source, int k, int depth, int n, int lanes, float* packed)
    {
        for (var column = 0; column < n; column += 2 * lanes)
        {
            var width = n - column > lanes ? 2 * lanes : lanes;
            var filled = Math.Min(width, n - column);
            var destination = packed + (nint)column * depth + (nint)k * width;
            Raw.Copy(source + column, destination, filled);
            Raw.Clear(destination + filled, width - filled);
        }
    }

    /// <summary>Packs the panel at a column of a matrix given transposed: source [n, depth] with rows <paramref name="stride"/> apart.</summary>
    public static void TransposedPanel(float* source, nint stride, int depth, int n, int column, int lanes, float* packed)
    {
        var width = n - column > lanes ? 2 * lanes : lanes;
        var filled = Math.Min(width, n - column);
        var destination = packed + (nint)column * depth;
        if (filled < width) Raw.Clear(destination, checked(depth * width));
        Transpose(source + column * stride, stride, destination, width, filled, depth);
    }

    /// <summary>destination[j·destinationStride + i] = source[i·sourceStride + j] for i &lt; rows, j &lt; columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(float* source, nint sourceStride, float* destination, nint destinationStride, int rows, int columns)
    {
        var i = 0;
        for (; i + 4 <= rows; i += 4)
        {
            var s = source + i * sourceStride;
            var d = destination + i;
            var j = 0;
            for (; j + 4 <= columns; j += 4, d += 4 * destinationStride)
            {
                var a = Vector128.Load(s + j);
                var b = Vector128.Load(s + sourceStride + j);
                var c = Vector128.Load(s + 2 * sourceStride + j);
                var e = Vector128.Load(s + 3 * sourceStride + j);
                var ac = Low(a, c);
                var be = Low(b, e);
                var acHigh = High(a, c);
                var beHigh = High(b, e);
                Low(ac, be).Store(d);
                High(ac, be).Store(d + destinationStride);
                Low(acHigh, beHigh).Store(d + 2 * destinationStride);
                High(acHigh, beHigh).Store(d + 3 * destinationStride);
            }
            for (; j < columns; j++, d += destinationStride)
                for (var r = 0; r < 4; r++)
                    d[r] = s[r * sourceStride + j];
        }
        for (; i < rows; i++)
            for (var j = 0; j < columns; j++)
                destination[j * destinationStride + i] = source[i * sourceStride + j];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Low(Vector128<float> a, Vector128<float> b) => Sse.IsSupported ? Sse.UnpackLow(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b)
        : Vector128.Create(a[0], b[0], a[1], b[1]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> High(Vector128<float> a, Vector128<float> b) => Sse.IsSupported ? Sse.UnpackHigh(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b)
        : Vector128.Create(a[2], b[2], a[3], b[3]);
}
