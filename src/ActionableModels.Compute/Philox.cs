using System.Runtime.CompilerServices;

namespace ActionableModels.Compute;

/// <summary>
/// Philox 4×32-10. Block b of a <see cref="RandomKey"/> is four 32-bit words from the counter words
/// (b, stream, counter low, counter high) and the key words (seed low, seed high). Element i is word i mod 4 of block i / 4.
/// </summary>
public static class Philox
{
    /// <summary>The four words of block <paramref name="block"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (uint A, uint B, uint C, uint D) Block(RandomKey key, uint block)
    {
        uint c0 = block, c1 = key.Stream, c2 = (uint)key.Counter, c3 = (uint)(key.Counter >> 32);
        uint k0 = (uint)key.Seed, k1 = (uint)(key.Seed >> 32);
        for (var round = 0; round < 10; round++)
        {
            var p0 = 0xD2511F53UL * c0;
            var p1 = 0xCD9E8D57UL * c2;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }
        return (c0, c1, c2, c3);
    }

    /// <summary>Word <paramref name="i"/> of the sequence.</summary>
    public static uint Word(RandomKey key, uint i)
    {
        var (a, b, c, d) = Block(key, i >> 2);
        return (i & 3) switch { 0 => a, 1 => b, 2 => c, _ => d };
    }

    /// <summary>A word as a float in (0, 1): the upper 23 bits plus one half, times 2⁻²³. Exact in a float, so never rounded to 0 or 1.</summary>
    public static float ToUnit(uint word) => ((word >> 9) + 0.5f) * (1f / 8388608f);

    /// <summary>Element <paramref name="i"/>, uniform in (0, 1).</summary>
    public static float Uniform(RandomKey key, uint i) => ToUnit(Word(key, i));

    /// <summary>Element <paramref name="i"/>, standard normal: Box-Muller on words 0 and 1 (even i: cosine) of block i / 2.</summary>
    public static float Normal(RandomKey key, uint i)
    {
        var (a, b, _, _) = Block(key, i >> 1);
        var radius = MathF.Sqrt(-2f * MathF.Log(ToUnit(a)));
        var angle = 2f * MathF.PI * ToUnit(b);
        return (i & 1) == 0 ? radius * MathF.Cos(angle) : radius * MathF.Sin(angle);
    }

    /// <summary>
    /// Element <paramref name="i"/>, uniform over the integers 0 … <paramref name="bound"/>−1 (64-bit product of two words: bias below
    /// 2⁻³²).
    /// </summary>
    public static long Below(RandomKey key, uint i, long bound)
    {
        var (a, b, c, d) = Block(key, i >> 1);
        var word = (i & 1) == 0 ? ((ulong)a << 32) | b : ((ulong)c << 32) | d;
        return (long)Math.BigMul(word, (ulong)bound, out _);
    }
}
