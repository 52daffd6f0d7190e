using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ActionableModels.Formats.Images;

/// <summary>
/// Rows of luma and colour planes to RGB, with AVX2, equal to libjpeg in every bit: colour by its triangle filter (jdsample.c,
/// h2v1_fancy_upsample and h2v2_fancy_upsample), RGB by its 16-bit fixed-point conversion (jdcolor.c).
/// </summary>
internal sealed unsafe class YccRows : IDisposable
{
    /// <summary>Fewest columns of an image and of a window.</summary>
    public const int LeastColumns = 32;

    // 1.402 = 1 + 26345/65536, 1.772 = 2 - 14942/65536, 0.34414 = 22554/65536, 0.71414 = 1 - 18734/65536.
    private const short RedRest = 26345, BlueRest = -14942, GreenBlue = -22554, GreenRed = 18734;

    private byte* memory;
    private int columns;

    /// <summary>Interpolates the colour of a row between two rows and the columns beside, and converts.</summary>
    /// <param name="luma">Luma of the window's first column.</param>
    /// <param name="nearBlue">The blue difference of the colour row that the row lies in.</param>
    /// <param name="farBlue">That of the other row that it lies beside; null where rows are not halved.</param>
    /// <param name="nearRed">Red difference likewise.</param>
    /// <param name="farRed">Red difference likewise.</param>
    /// <param name="colourColumns">Columns of the colour planes.</param>
    /// <param name="left">The window's first column.</param>
    /// <param name="to">Receives three bytes for each column.</param>
    /// <param name="width">Columns of the window.</param>
    /// <param name="bgr">Whether blue comes first.</param>
    public void Convert(byte* luma, byte* nearBlue, byte* farBlue, byte* nearRed, byte* farRed, int colourColumns, int left, byte* to, int width,
        bool bgr)
    {
        Reserve(colourColumns);
        var sums = (ushort*)memory + 16;
        var blue = memory + SumBytes(columns);
        var red = blue + 2 * columns + 64;
        var (first, last) = (left / 2, (left + width - 1) / 2);
        Upsample(nearBlue, farBlue, sums, blue, first, last, colourColumns);
        Upsample(nearRed, farRed, sums, red, first, last, colourColumns);
        Convert(luma, blue + left, red + left, to, width, bgr);
    }

    /// <summary>Converts a row whose colour has all columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Convert(byte* luma, byte* blue, byte* red, byte* to, int width, bool bgr)
    {
        var x = 0;
        while (true)
        {
            Convert16(luma + x, blue + x, red + x, to + 3 * x, bgr);
            if (x + 16 >= width) return;
            x = Math.Min(x + 16, width - 16);
        }
    }

    // Writes columns 2·first to 2·last + 1 and up to 31 beyond.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Upsample(byte* near, byte* far, ushort* sums, byte* to, int first, int last, int columns)
    {
        var (begin, end) = (Math.Max(first - 1, 0), Math.Min(last + 1, columns - 1));
        var three = Vector256.Create((ushort)3);
        if (far is null)
            for (var i = begin; i <= end; i += 16) Avx2.ConvertToVector256Int16(near + i).AsUInt16().Store(sums + i);
        else
            for (var i = begin; i <= end; i += 16)
                (Avx2.ConvertToVector256Int16(near + i).AsUInt16() * three + Avx2.ConvertToVector256Int16(far + i).AsUInt16()).Store(sums + i);
        // At the edges a column is its own neighbour.
        sums[-1] = sums[0];
        sums[columns] = sums[columns - 1];
        var (evenRound, oddRound, shift) = far is null ? ((ushort)1, (ushort)2, 2) : ((ushort)8, (ushort)7, 4);
        var (even, odd) = (Vector256.Create(evenRound), Vector256.Create(oddRound));
        for (var i = first; i <= last; i += 16)
        {
            var own = Vector256.Load(sums + i) * three;
            var low = Vector256.ShiftRightLogical(own + Vector256.Load(sums + i - 1) + even, shift);
            var high = Vector256.ShiftRightLogical(own + Vector256.Load(sums + i + 1) + odd, shift);
            (low | Vector256.ShiftLeft(high, 8)).AsByte().Store(to + 2 * i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Convert16(byte* luma, byte* blue, byte* red, byte* to, bool bgr)
    {
        var middle = Vector256.Create((short)128);
        var y = Avx2.ConvertToVector256Int16(luma);
        var cb = Avx2.ConvertToVector256Int16(blue) - middle;
        var cr = Avx2.ConvertToVector256Int16(red) - middle;
        // Half of the high word of twice the product, rounded: the product over 65536, rounded.
        var one = Vector256<short>.One;
        var r = y + cr + Vector256.ShiftRightArithmetic(Avx2.MultiplyHigh(cr + cr, Vector256.Create(RedRest)) + one, 1);
        var b = y + cb + cb + Vector256.ShiftRightArithmetic(Avx2.MultiplyHigh(cb + cb, Vector256.Create(BlueRest)) + one, 1);
        var factors = Vector256.Create(GreenBlue & 0xFFFF | GreenRed << 16).AsInt16();
        var half = Vector256.Create(32768);
        var low = Vector256.ShiftRightArithmetic(Avx2.MultiplyAddAdjacent(Avx2.UnpackLow(cb, cr), factors) + half, 16);
        var high = Vector256.ShiftRightArithmetic(Avx2.MultiplyAddAdjacent(Avx2.UnpackHigh(cb, cr), factors) + half, 16);
        var g = y - cr + Avx2.PackSignedSaturate(low, high);
        Store(Bytes(bgr ? b : r), Bytes(g), Bytes(bgr ? r : b), to);
    }

    private static Vector128<byte> Bytes(Vector256<short> words) => Sse2.PackUnsignedSaturate(words.GetLower(), words.GetUpper());

    // Byte i of the part-th 16 of 48 is channel (16·part + i) mod 3 of pixel (16·part + i) / 3; 128 leaves a byte to the others.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector128<byte> r, Vector128<byte> g, Vector128<byte> b, byte* to)
    {
        (Ssse3.Shuffle(r, Vector128.Create((byte)0, 128, 128, 1, 128, 128, 2, 128, 128, 3, 128, 128, 4, 128, 128, 5))
            | Ssse3.Shuffle(g, Vector128.Create((byte)128, 0, 128, 128, 1, 128, 128, 2, 128, 128, 3, 128, 128, 4, 128, 128))
            | Ssse3.Shuffle(b, Vector128.Create((byte)128, 128, 0, 128, 128, 1, 128, 128, 2, 128, 128, 3, 128, 128, 4, 128))).Store(to);
        (Ssse3.Shuffle(r, Vector128.Create((byte)128, 128, 6, 128, 128, 7, 128, 128, 8, 128, 128, 9, 128, 128, 10, 128))
            | Ssse3.Shuffle(g, Vector128.Create((byte)5, 128, 128, 6, 128, 128, 7, 128, 128, 8, 128, 128, 9, 128, 128, 10))
            | Ssse3.Shuffle(b, Vector128.Create((byte)128, 5, 128, 128, 6, 128, 128, 7, 128, 128, 8, 128, 128, 9, 128, 128))).Store(to + 16);
        (Ssse3.Shuffle(r, Vector128.Create((byte)128, 11, 128, 128, 12, 128, 128, 13, 128, 128, 14, 128, 128, 15, 128, 128))
            | Ssse3.Shuffle(g, Vector128.Create((byte)128, 128, 11, 128, 128, 12, 128, 128, 13, 128, 128, 14, 128, 128, 15, 128))
            | Ssse3.Shuffle(b, Vector128.Create((byte)10, 128, 128, 11, 128, 128, 12, 128, 128, 13, 128, 128, 14, 128, 128, 15))).Store(to + 32);
    }

    // The sums' first 16 words hold column -1; vectors write up to 15 words past the last column.
    private static int SumBytes(int columns) => (columns + 48) * sizeof(ushort);

    private void Reserve(int colourColumns)
    {
        if (columns >= colourColumns) return;
        NativeMemory.Free(memory);
        memory = null;
        columns = 0;
        memory = PixelMemory.Take((nuint)(SumBytes(colourColumns) + 2 * (2 * colourColumns + 64)));
        columns = colourColumns;
    }

    public void Dispose()
    {
        NativeMemory.Free(memory);
        memory = null;
        columns = 0;
    }
}
