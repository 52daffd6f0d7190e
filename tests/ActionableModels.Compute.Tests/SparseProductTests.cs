using ActionableModels.Compute.Cpu;

namespace ActionableModels.Compute.Tests;

/// <summary>Products that skip zeros, and weights that are packed beforehand.</summary>
public sealed class SparseProductTests
{
    private const int Rows = 90, Outputs = 128;

    /// <summary>Levels that skip zeros, and a length of sums that each of them does not take for dot products.</summary>
    private static readonly (SimdLevel Level, int Depth)[] Skipping = [(SimdLevel.Avx512, 200), (SimdLevel.Avx2, 100)];

    public static TheoryData<SimdLevel, int, double> Shares()
    {
        var rows = new TheoryData<SimdLevel, int, double>();
        foreach (var (level, depth) in Skipping.Where(s => CpuDevice.IsSupported(s.Level)))
            foreach (var zeros in new[] { 0, 0.2, 0.35, 0.9, 1 }) rows.Add(level, depth, zeros);
        return rows;
    }

    /// <summary>
    /// Two rows are too few to look for zeros in, one row alone of packed weights skips them always: all give the bits of many rows at once,
    /// packed or not.
    /// </summary>
    [Theory]
    [MemberData(nameof(Shares))]
    public void Skipping_zeros_changes_no_bit(SimdLevel level, int depth, double zeros)
    {
        using var device = new CpuDevice(2, level);
        using var arena = new Arena(device);
        Tensor x = arena.Allocate(Shape.Of(Rows, depth)), w = arena.Allocate(Shape.Of(Outputs, depth)),
            bias = arena.Allocate(Shape.Of(Outputs)), y = arena.Allocate(Shape.Of(Rows, Outputs)), parts = arena.Allocate(y.Shape);
        device.TruncatedNormal(w, 0, 1, new(1, 940, 0));
        device.TruncatedNormal(bias, 0, 1, new(1, 940, 1));
        device.TruncatedNormal(x, 0, 1, new(1, 940, 2));
        var numbers = CpuMemory.Span<float>(x);
        for (var i = 0; i < numbers.Length; i++)
            if (Philox.Uniform(new(1, 941, 0), (uint)i) < zeros) numbers[i] = 0;
        var packed = device.Packable(arena, w);
        device.Pack(packed);
        device.Dense(x, packed, bias, y, relu: true);
        foreach (var (count, weights) in new[] { (1, packed), (2, packed), (Rows, w) })
        {
            Assert.True(device.ReadsPacked(count, w));
            device.Fill(parts, float.NaN);
            for (var r = 0; r < Rows; r += count) device.Dense(x.Rows(r, count), weights, bias, parts.Rows(r, count), relu: true);
            Assert.Equal(CpuMemory.Span<uint>(parts).ToArray(), CpuMemory.Span<uint>(y).ToArray());
        }
    }

    /// <summary>
    /// A copy is a waste where the weights are read as they lie: one output, long sums of few rows, transformed convolutions.
    /// </summary>
    [Theory]
    [InlineData(SimdLevel.Avx512, 16)]
    [InlineData(SimdLevel.Avx2, 8)]
    [InlineData(SimdLevel.Vector128, 4)]
    [InlineData(SimdLevel.Scalar, 1)]
    public void Weights_are_packed_where_they_are_read_packed(SimdLevel level, int lanes)
    {
        if (!CpuDevice.IsSupported(level)) return;
        using CpuDevice device = new(1, level), direct = new(1, level, ConvolutionPath.Direct);
        using var arena = new Arena(device);
        Tensor Weights(int outputs, int depth) => arena.Allocate(Shape.Of(outputs, depth));
        foreach (var rows in new[] { 1, 2, 64, 1000 }) Assert.False(device.ReadsPacked(rows, Weights(1, 50)));
        var (shorter, longer) = (Weights(4 * lanes, 16 * lanes - 1), Weights(4 * lanes, 16 * lanes));
        foreach (var rows in new[] { 2, 64, 192 })
            Assert.Equal((true, false), (device.ReadsPacked(rows, shorter), device.ReadsPacked(rows, longer)));
        Assert.Equal((true, true), (device.ReadsPacked(193, shorter), device.ReadsPacked(193, longer)));
        // A row alone skips zeros, where vectors are wide enough to gain and the columns fill them.
        Assert.Equal(lanes >= 8, device.ReadsPacked(1, longer));
        Assert.False(device.ReadsPacked(1, Weights(4 * lanes + 1, 16 * lanes)));
        var taps = arena.Allocate(Shape.Of(64, 3, 3, 64));
        var (map, window) = (Shape.Of(8, 32, 32, 64), new Window(3, 1, Padding.Same));
        Assert.Equal((false, true), (device.ReadsPacked(map, taps, window), direct.ReadsPacked(map, taps, window)));
    }

    [Fact]
    public void A_number_that_is_not_finite_is_not_taken_for_a_zero()
    {
        using var device = new CpuDevice(1);
        using var arena = new Arena(device);
        const int depth = 100;
        Tensor x = arena.Allocate(Shape.Of(Rows, depth)), w = arena.Allocate(Shape.Of(Outputs, depth)),
            y = arena.Allocate(Shape.Of(Rows, Outputs)), packed = device.Packable(arena, w);
        device.Fill(w, 1);
        device.Pack(packed);
        CpuMemory.Span<float>(x)[3 * depth + 70] = float.NaN;
        device.Dense(x, packed, null, y, relu: false);
        var result = CpuMemory.Span<float>(y);
        for (var i = 0; i < result.Length; i++) Assert.Equal(i / Outputs == 3, float.IsNaN(result[i]));
    }

    /// <summary>Weights that training changes may diverge, and what they are multiplied by must not hide it.</summary>
    [Fact]
    public void A_zero_does_not_hide_a_weight_that_is_not_finite()
    {
        using var device = new CpuDevice(1);
        using var arena = new Arena(device);
        const int depth = 100;
        Tensor x = arena.Allocate(Shape.Of(Rows, depth)), w = arena.Allocate(Shape.Of(Outputs, depth)),
            y = arena.Allocate(Shape.Of(Rows, Outputs));
        CpuMemory.Span<float>(w)[5 * depth + 70] = float.PositiveInfinity;
        device.Dense(x, w, null, y, relu: false);
        var result = CpuMemory.Span<float>(y);
        for (var i = 0; i < result.Length; i++) Assert.Equal(i % Outputs == 5, float.IsNaN(result[i]));
    }

    /// <summary>Weights that change count from the next packing on; other windows on their memory are never packed.</summary>
    [Fact]
    public void Packed_weights_follow_when_told_to()
    {
        using var device = new CpuDevice(1);
        using var arena = new Arena(device);
        Tensor x = arena.Allocate(Shape.Of(20, 64)), w = arena.Allocate(Shape.Of(64, 64)), y = arena.Allocate(Shape.Of(20, 64));
        device.Fill(x, 1);
        device.Fill(w, 1);
        var packed = device.Packable(arena, w);
        device.Pack(packed);
        device.Fill(w, 2);
        float First(Tensor weights)
        {
            device.Dense(x, weights, null, y, relu: false);
            return CpuMemory.Span<float>(y)[0];
        }
        Assert.Equal((64, 128), (First(packed), First(w)));
        device.Pack(packed);
        Assert.Equal(128, First(packed));
    }
}
