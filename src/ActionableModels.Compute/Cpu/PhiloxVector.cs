using System.Numerics;
using System.Runtime.CompilerServices;

namespace ActionableModels.Compute.Cpu;

/// <summary>Philox normals and uniforms, many at a time. An element's bits depend on the key and its number alone.</summary>
internal static unsafe class PhiloxVector
{
    /// <summary>Writes normals <paramref name="first"/> … first + count − 1 (as <see cref="Philox.Normal"/>); first must be even.</summary>
    [SkipLocalsInit, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Normals(RandomKey key, uint first, int count, float* destination)
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

    /// <summary>
    /// Writes uniforms <paramref name="first"/> … first + count − 1 (as <see cref="Philox.Uniform"/>); first must be a multiple of 4.
    /// </summary>
    public static void Uniforms(RandomKey key, uint first, int count, float* destination)
    {
        for (var i = 0; i < count; i += 4)
        {
            var (a, b, c, d) = Philox.Block(key, (first + (uint)i) / 4);
            destination[i] = Philox.ToUnit(a);
            if (i + 1 < count) destination[i + 1] = Philox.ToUnit(b);
            if (i + 2 < count) destination[i + 2] = Philox.ToUnit(c);
            if (i + 3 < count) destination[i + 3] = Philox.ToUnit(d);
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
            var p0 = c0 * 0xD2511F53UL;
            var p1 = c2 * 0xCD9E8D57UL;
            c0 = (p1 >>> 32) ^ c1 ^ new Vector<ulong>(k0);
            c1 = p1 & low;
            c2 = (p0 >>> 32) ^ c3 ^ new Vector<ulong>(k1);
            c3 = p0 & low;
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }
        (word0, word1) = (c0, c1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> ToUnit(Vector<ulong> a, Vector<ulong> b) =>
        (Vector.ConvertToSingle(Vector.AsVectorInt32(Vector.Narrow(a, b) >>> 9)) + new Vector<float>(0.5f)) * (1f / 8388608f);
}
