using System.Numerics;
using System.Runtime.CompilerServices;

namespace ActionableModels.Formats.Images;

/// <summary>
/// Resizes RGB images in whole numbers, so that every machine gives the same: each direction by the exact average over a pixel's area where
/// it shrinks, between the two nearest pixels where it grows; rounded once, halves up.
/// </summary>
internal sealed class FrameResizer
{
    // The quotient of a sum below 2^(55 - bits of the divisor) by a reciprocal of 55 bits is exact, and the product fits 64.
    private const int ReciprocalBits = 55;

    private readonly int height, width;
    private AxisWeights rows, columns;
    private uint[] sums = [];
    private ulong divisor, reciprocal;

    /// <summary>To a size.</summary>
    public FrameResizer(int height, int width) => (this.height, this.width, rows, columns) = (height, width, default, default);

    /// <summary>Resizes.</summary>
    /// <param name="from">Height · width · 3 bytes.</param>
    /// <param name="fromHeight">Rows.</param>
    /// <param name="fromWidth">Columns.</param>
    /// <param name="to">Receives the resized image.</param>
    public void Resize(ReadOnlySpan<byte> from, int fromHeight, int fromWidth, Span<byte> to)
    {
        Prepare(fromHeight, fromWidth);
        var stride = fromWidth * 3;
        for (var y = 0; y < height; y++)
        {
            var taps = rows.Taps(y);
            var first = rows.First[y];
            SetProduct(from.Slice(first * stride, stride), taps[0], sums);
            for (var k = 1; k < taps.Length; k++)
                if (taps[k] != 0) AddProduct(from.Slice((first + k) * stride, stride), taps[k], sums);
            var row = to.Slice(y * width * 3, width * 3);
            if (reciprocal > 0) Columns(row);
            else ColumnsDivided(row);
        }
    }

    private void Prepare(int fromHeight, int fromWidth)
    {
        if (rows.Length == fromHeight && columns.Length == fromWidth) return;
        (rows, columns) = (AxisWeights.Of(fromHeight, height), AxisWeights.Of(fromWidth, width));
        if (sums.Length < fromWidth * 3) sums = new uint[fromWidth * 3];
        divisor = (ulong)rows.Total * (ulong)columns.Total;
        // n · e < 2^55 for every sum n and an error e below the divisor.
        reciprocal = BitOperations.Log2(divisor) * 2 + 2 + 8 < ReciprocalBits ? (1UL << ReciprocalBits) / divisor + 1 : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Columns(Span<byte> row)
    {
        var half = divisor / 2;
        ReadOnlySpan<uint> all = sums;
        for (var x = 0; x < width; x++)
        {
            var taps = columns.Taps(x);
            var at = all.Slice(columns.First[x] * 3, taps.Length * 3);
            ulong r = half, g = half, b = half;
            for (var k = 0; k < taps.Length; k++)
            {
                var weight = (ulong)taps[k];
                r += weight * at[3 * k];
                g += weight * at[3 * k + 1];
                b += weight * at[3 * k + 2];
            }
            row[3 * x] = (byte)(r * reciprocal >> ReciprocalBits);
            row[3 * x + 1] = (byte)(g * reciprocal >> ReciprocalBits);
            row[3 * x + 2] = (byte)(b * reciprocal >> ReciprocalBits);
        }
    }

    private void ColumnsDivided(Span<byte> row)
    {
        for (var x = 0; x < width; x++)
        {
            var taps = columns.Taps(x);
            for (var c = 0; c < 3; c++)
            {
                var sum = divisor / 2;
                for (var k = 0; k < taps.Length; k++) sum += (ulong)taps[k] * sums[(columns.First[x] + k) * 3 + c];
                row[3 * x + c] = (byte)(sum / divisor);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SetProduct(ReadOnlySpan<byte> row, int weight, Span<uint> sums)
    {
        var (x, w) = (0, new Vector<uint>((uint)weight));
        for (; x <= row.Length - Vector<byte>.Count; x += Vector<byte>.Count)
        {
            var (a, b, c, d) = Wide(row[x..]);
            (a * w).CopyTo(sums[x..]);
            (b * w).CopyTo(sums[(x + Vector<uint>.Count)..]);
            (c * w).CopyTo(sums[(x + 2 * Vector<uint>.Count)..]);
            (d * w).CopyTo(sums[(x + 3 * Vector<uint>.Count)..]);
        }
        for (; x < row.Length; x++) sums[x] = (uint)weight * row[x];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddProduct(ReadOnlySpan<byte> row, int weight, Span<uint> sums)
    {
        static void Add(Vector<uint> product, Span<uint> to) => (new Vector<uint>(to) + product).CopyTo(to);
        var (x, w) = (0, new Vector<uint>((uint)weight));
        for (; x <= row.Length - Vector<byte>.Count; x += Vector<byte>.Count)
        {
            var (a, b, c, d) = Wide(row[x..]);
            Add(a * w, sums[x..]);
            Add(b * w, sums[(x + Vector<uint>.Count)..]);
            Add(c * w, sums[(x + 2 * Vector<uint>.Count)..]);
            Add(d * w, sums[(x + 3 * Vector<uint>.Count)..]);
        }
        for (; x < row.Length; x++) sums[x] += (uint)weight * row[x];
    }

    private static (Vector<uint> A, Vector<uint> B, Vector<uint> C, Vector<uint> D) Wide(ReadOnlySpan<byte> row)
    {
        Vector.Widen(new Vector<byte>(row), out var low, out var high);
        Vector.Widen(low, out var a, out var b);
        Vector.Widen(high, out var c, out var d);
        return (a, b, c, d);
    }
}
