using System.Runtime.Intrinsics.X86;
using ActionableModels.Compute.Cpu;
using ActionableModels.Tests.Shared;
using MathNet.Numerics.Distributions;

namespace ActionableModels.Compute.Tests;

/// <summary>Philox against the published known answers, and the distributions made from it.</summary>
public sealed class PhiloxTests
{
    /// <summary>Random123's kat_vectors for philox4x32-10.</summary>
    [Theory]
    [InlineData(0u, 0u, 0ul, 0ul, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(0xffffffffu, 0xffffffffu, 0xfffffffffffffffful, 0xfffffffffffffffful, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x243f6a88u, 0x85a308d3u, 0x03707344_13198a2eul, 0x299f31d0_a4093822ul, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Known_answers(uint block, uint stream, ulong counter, ulong seed, uint a, uint b, uint c, uint d)
    {
        var key = new RandomKey(seed, stream, counter);
        Assert.Equal((a, b, c, d), Philox.Block(key, block));
        uint[] words = [block, stream, (uint)counter, (uint)(counter >> 32)];
        Assert.Equal([a, b, c, d], Oracle.PhiloxBlock(words, [(uint)seed, (uint)(seed >> 32)]));
    }

    [Fact]
    public void Unit_floats_never_reach_their_ends()
    {
        Assert.InRange(Philox.ToUnit(0), float.Epsilon, 1e-7f);
        Assert.InRange(Philox.ToUnit(uint.MaxValue), 0.9999999f, MathF.BitDecrement(1));
    }

    [Fact]
    public void Uniforms_are_uniform()
    {
        const int bins = 100, count = 200_000;
        var key = new RandomKey(5, 6, 7);
        var histogram = new int[bins];
        for (var i = 0u; i < count; i++) histogram[(int)(Philox.Uniform(key, i) * bins)]++;
        var chi = histogram.Sum(n => Math.Pow(n - count / bins, 2) / (count / bins));
        Assert.InRange(ChiSquared.CDF(bins - 1, chi), 0.001, 0.999);
    }

    [Fact]
    public void Normals_are_normal()
    {
        const int count = 100_000;
        var key = new RandomKey(8, 9, 10);
        var drawn = Enumerable.Range(0, count).Select(i => (double)Philox.Normal(key, (uint)i)).ToArray();
        Assert.InRange(Statistic.KolmogorovSmirnov(drawn, x => Normal.CDF(0, 1, x)), 0, Statistic.Limit(count));
        // The two of a pair are independent, and so are neighbours.
        for (var lag = 1; lag <= 2; lag++)
            Assert.InRange(Enumerable.Range(0, count - lag).Average(i => drawn[i] * drawn[i + lag]), -4 / Math.Sqrt(count), 4 / Math.Sqrt(count));
    }

    /// <summary>Any even start and any length: whole vectors, parts of one, and both.</summary>
    [Fact]
    public unsafe void Many_at_a_time_are_those_drawn_alone()
    {
        const int most = 100;
        var key = new RandomKey(0x123456789abcdef, 14, 0xfedcba987654321);
        var numbers = stackalloc float[most + 1];
        foreach (var first in new[] { 0u, 4u, 396u, uint.MaxValue - 99 })
            for (var count = 1; count <= most; count++)
            {
                numbers[count] = 7;
                PhiloxVector.Uniforms(key, first, count, numbers);
                for (var i = 0; i < count; i++) Assert.Equal(Philox.Uniform(key, first + (uint)i), numbers[i]);
                PhiloxVector.Normals(key, first, count, numbers);
                for (var i = 0; i < count; i++) Assert.Equal(Philox.Normal(key, first + (uint)i), numbers[i], 4e-6);
                Assert.Equal(7, numbers[count]);
            }
    }

    /// <summary>A processor draws with the widest vectors it has; the others must give the same bits, on this one and elsewhere.</summary>
    [Fact]
    public unsafe void Normals_have_the_same_bits_at_every_width()
    {
        const int most = 100;
        var key = new RandomKey(0x123456789abcdef, 15, 0xfedcba987654321);
        float* any = stackalloc float[most + 1], other = stackalloc float[most + 1];
        foreach (var first in new[] { 0u, 396u, uint.MaxValue - 99 })
            for (var count = 1; count <= most; count++)
            {
                PhiloxVector.NormalsAny(key, first, count, any);
                for (var i = 0; i < count; i++) Assert.Equal(Philox.Normal(key, first + (uint)i), any[i], 4e-6);
                void Same(bool supported, delegate*<RandomKey, uint, int, float*, void> draw)
                {
                    if (!supported) return;
                    other[count] = 7;
                    draw(key, first, count, other);
                    Assert.Equal(new ReadOnlySpan<uint>(any, count), new ReadOnlySpan<uint>(other, count));
                    Assert.Equal(7, other[count]);
                }
                Same(Avx2.IsSupported, &PhiloxVector.Normals256);
                Same(Avx512F.IsSupported, &PhiloxVector.Normals512);
            }
    }

    [Fact]
    public void Below_is_uniform_over_integers()
    {
        const int bound = 7, count = 70_000;
        var key = new RandomKey(11, 12, 13);
        var histogram = new int[bound];
        for (var i = 0u; i < count; i++) histogram[Philox.Below(key, i, bound)]++;
        var chi = histogram.Sum(n => Math.Pow(n - count / bound, 2) / (count / bound));
        Assert.InRange(ChiSquared.CDF(bound - 1, chi), 0.001, 0.999);
    }

    /// <summary>Sequences of different streams, counters and seeds are unrelated.</summary>
    [Fact]
    public void Keys_name_different_sequences()
    {
        var key = new RandomKey(1, 2, 3);
        RandomKey[] others = [key with { Seed = 2 }, key with { Stream = 3 }, key with { Counter = 4 }, key with { Seed = 1UL << 32 },
            key with { Counter = 3UL << 32 }];
        foreach (var other in others)
            Assert.InRange(Enumerable.Range(0, 10_000).Count(i => Philox.Word(key, (uint)i) == Philox.Word(other, (uint)i)), 0, 1);
    }
}
