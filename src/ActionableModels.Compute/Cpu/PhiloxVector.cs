using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ActionableModels.Compute.Cpu;

/// <summary>Philox normals and uniforms, many at a time. An element's bits depend on the key and its number alone.</summary>
internal static unsafe class PhiloxVector
{
    private const ulong First = 0xD2511F53, Second = 0xCD9E8D57;
    private const uint FirstStep = 0x9E3779B9, SecondStep = 0xBB67AE85;

    /// <summary>Writes normals <paramref name="first"/> … first + count − 1 (as <see cref="Philox.Normal"/>); first must be even.</summary>
    public static void Normals(RandomKey key, uint first, int count, float* destination)
    {
        if (Avx512F.IsSupported) Normals512(key, first, count, destination);
        else if (Avx2.IsSupported) Normals256(key, first, count, destination);
        else NormalsAny(key, first, count, destination);
    }

    /// <summary>
    /// Writes uniforms <paramref name="first"/> … first + count − 1 (as <see cref="Philox.Uniform"/>); first must be a multiple of 4.
    /// </summary>
    public static void Uniforms(RandomKey key, uint first, int count, float* destination)
    {
        var done = Avx512F.IsSupported ? Uniforms512(key, first, count, destination) : 0;
        for (var i = done; i < count; i += 4)
        {
            var (a, b, c, d) = Philox.Block(key, (first + (uint)i) / 4);
            destination[i] = Philox.ToUnit(a);
            if (i + 1 < count) destination[i + 1] = Philox.ToUnit(b);
            if (i + 2 < count) destination[i + 2] = Philox.ToUnit(c);
            if (i + 3 < count) destination[i + 3] = Philox.ToUnit(d);
        }
    }

    // Vector<T> would do everywhere; but compiled ahead of time its logarithm and sine are calls, many times as slow as at a fixed width.
    // Widths do not change a bit: tests compare them.
    [SkipLocalsInit, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Normals512(RandomKey key, uint first, int count, float* destination)
    {
        const int pairs = 16;
        var last = stackalloc float[2 * pairs];
        var low = Vector512.Create(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        var high = low + Vector512.Create(8);
        for (var i = 0; i < count; i += 2 * pairs)
        {
            var block = first / 2 + (uint)(i / 2);
            Words512(key, block, out var first0, out var second0, out _, out _);
            Words512(key, block + pairs / 2, out var first1, out var second1, out _, out _);
            var radius = Vector512.Sqrt(Vector512.Log(ToUnit(Vector512.Narrow(first0, first1))) * -2f);
            var (sines, cosines) = Vector512.SinCos(ToUnit(Vector512.Narrow(second0, second1)) * (2 * MathF.PI));
            var (even, odd) = (radius * cosines, radius * sines);
            var whole = count - i >= 2 * pairs;
            var to = whole ? destination + i : last;
            Avx512F.PermuteVar16x32x2(even, low, odd).Store(to);
            Avx512F.PermuteVar16x32x2(even, high, odd).Store(to + pairs);
            if (!whole) Raw.Copy(last, destination + i, count - i);
        }
    }

    [SkipLocalsInit, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Normals256(RandomKey key, uint first, int count, float* destination)
    {
        const int pairs = 8;
        var last = stackalloc float[2 * pairs];
        for (var i = 0; i < count; i += 2 * pairs)
        {
            var block = first / 2 + (uint)(i / 2);
            Words256(key, block, out var first0, out var second0);
            Words256(key, block + pairs / 2, out var first1, out var second1);
            var radius = Vector256.Sqrt(Vector256.Log(ToUnit(Vector256.Narrow(first0, first1))) * -2f);
            var (sines, cosines) = Vector256.SinCos(ToUnit(Vector256.Narrow(second0, second1)) * (2 * MathF.PI));
            var (even, odd) = (radius * cosines, radius * sines);
            // Pairs 0, 1, 4, 5 and pairs 2, 3, 6, 7.
            Vector256<float> outer = Avx.UnpackLow(even, odd), inner = Avx.UnpackHigh(even, odd);
            var whole = count - i >= 2 * pairs;
            var to = whole ? destination + i : last;
            Avx.Permute2x128(outer, inner, 0x20).Store(to);
            Avx.Permute2x128(outer, inner, 0x31).Store(to + pairs);
            if (!whole) Raw.Copy(last, destination + i, count - i);
        }
    }

    [SkipLocalsInit, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void NormalsAny(RandomKey key, uint first, int count, float* destination)
    {
        var step = Vector<uint>.Count;
        float* cosine = stackalloc float[Vector<float>.Count], sine = stackalloc float[Vector<float>.Count];
        for (var block = 0; 2 * block < count; block += step)
        {
            Words(key, first / 2 + (uint)block, out var first0, out var second0);
            Words(key, first / 2 + (uint)(block + step / 2), out var first1, out var second1);
            var radius = Vector.SquareRoot(Vector.Log(ToUnit(first0, first1)) * -2f);
            var (sines, cosines) = Vector.SinCos(ToUnit(second0, second1) * (2 * MathF.PI));
            (radius * cosines).Store(cosine);
            (radius * sines).Store(sine);
            var filled = Math.Min(2 * step, count - 2 * block);
            for (var i = 0; i < filled; i++) destination[2 * block + i] = (i & 1) == 0 ? cosine[i >> 1] : sine[i >> 1];
        }
    }

    /// <summary>Whole vectors of uniforms; returns how many it wrote.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Uniforms512(RandomKey key, uint first, int count, float* destination)
    {
        var low = Vector512.Create(0UL, 8, 1, 9, 2, 10, 3, 11);
        var high = low + Vector512.Create(4UL);
        var i = 0;
        for (; i <= count - 32; i += 32)
        {
            Words512(key, (first + (uint)i) / 4, out var a, out var b, out var c, out var d);
            Vector512<ulong> ab = a | (b << 32), cd = c | (d << 32);
            ToUnit(Avx512F.PermuteVar8x64x2(ab, low, cd).AsUInt32()).Store(destination + i);
            ToUnit(Avx512F.PermuteVar8x64x2(ab, high, cd).AsUInt32()).Store(destination + i + 16);
        }
        return i;
    }

    /// <summary>The words of 8 consecutive blocks, each in the lower half of a 64-bit lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Words512(RandomKey key, uint block, out Vector512<ulong> a, out Vector512<ulong> b, out Vector512<ulong> c,
        out Vector512<ulong> d)
    {
        var low = Vector512.Create((ulong)uint.MaxValue);
        Vector512<uint> first = Vector512.Create(First).AsUInt32(), second = Vector512.Create(Second).AsUInt32();
        a = (Vector512.Create((ulong)block) + Vector512<ulong>.Indices) & low;
        b = Vector512.Create((ulong)key.Stream);
        c = Vector512.Create((ulong)(uint)key.Counter);
        d = Vector512.Create(key.Counter >> 32);
        uint k0 = (uint)key.Seed, k1 = (uint)(key.Seed >> 32);
        for (var round = 0; round < 10; round++)
        {
            var p0 = Avx512F.Multiply(a.AsUInt32(), first);
            var p1 = Avx512F.Multiply(c.AsUInt32(), second);
            a = (p1 >>> 32) ^ b ^ Vector512.Create((ulong)k0);
            b = p1 & low;
            c = (p0 >>> 32) ^ d ^ Vector512.Create((ulong)k1);
            d = p0 & low;
            k0 += FirstStep;
            k1 += SecondStep;
        }
    }

    /// <summary>Words 0 and 1 of 4 consecutive blocks, each in the lower half of a 64-bit lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Words256(RandomKey key, uint block, out Vector256<ulong> a, out Vector256<ulong> b)
    {
        var low = Vector256.Create((ulong)uint.MaxValue);
        Vector256<uint> first = Vector256.Create(First).AsUInt32(), second = Vector256.Create(Second).AsUInt32();
        a = (Vector256.Create((ulong)block) + Vector256<ulong>.Indices) & low;
        b = Vector256.Create((ulong)key.Stream);
        Vector256<ulong> c = Vector256.Create((ulong)(uint)key.Counter), d = Vector256.Create(key.Counter >> 32);
        uint k0 = (uint)key.Seed, k1 = (uint)(key.Seed >> 32);
        for (var round = 0; round < 10; round++)
        {
            var p0 = Avx2.Multiply(a.AsUInt32(), first);
            var p1 = Avx2.Multiply(c.AsUInt32(), second);
            a = (p1 >>> 32) ^ b ^ Vector256.Create((ulong)k0);
            b = p1 & low;
            c = (p0 >>> 32) ^ d ^ Vector256.Create((ulong)k1);
            d = p0 & low;
            k0 += FirstStep;
            k1 += SecondStep;
        }
    }

    /// <summary>Words 0 and 1 of consecutive blocks, each in the lower half of a 64-bit lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Words(RandomKey key, uint block, out Vector<ulong> word0, out Vector<ulong> word1)
    {
        var low = new Vector<ulong>(uint.MaxValue);
        var c0 = (new Vector<ulong>(block) + Vector<ulong>.Indices) & low;
        var c1 = new Vector<ulong>(key.Stream);
        var c2 = new Vector<ulong>((uint)key.Counter);
        var c3 = new Vector<ulong>(key.Counter >> 32);
        uint k0 = (uint)key.Seed, k1 = (uint)(key.Seed >> 32);
        for (var round = 0; round < 10; round++)
        {
            var p0 = c0 * First;
            var p1 = c2 * Second;
            c0 = (p1 >>> 32) ^ c1 ^ new Vector<ulong>(k0);
            c1 = p1 & low;
            c2 = (p0 >>> 32) ^ c3 ^ new Vector<ulong>(k1);
            c3 = p0 & low;
            k0 += FirstStep;
            k1 += SecondStep;
        }
        (word0, word1) = (c0, c1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> ToUnit(Vector512<uint> words) =>
        (Vector512.ConvertToSingle((words >>> 9).AsInt32()) + Vector512.Create(0.5f)) * Vector512.Create(1f / 8388608f);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> ToUnit(Vector256<uint> words) =>
        (Vector256.ConvertToSingle((words >>> 9).AsInt32()) + Vector256.Create(0.5f)) * Vector256.Create(1f / 8388608f);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> ToUnit(Vector<ulong> a, Vector<ulong> b) =>
        (Vector.ConvertToSingle(Vector.AsVectorInt32(Vector.Narrow(a, b) >>> 9)) + new Vector<float>(0.5f)) * (1f / 8388608f);
}
