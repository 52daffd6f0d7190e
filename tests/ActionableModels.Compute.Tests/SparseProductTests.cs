using ActionableModels.Compute.Cpu;

namespace ActionableModels.Compute.Tests;

/// <summary>Products that skip zeros, and weights that are packed beforehand.</summary>
public sealed class SparseProductTests
{
    private const int Rows = 40, Depth = 200, Outputs = 128;

    public static TheoryData<SimdLevel, double> Shares()
    {
        var rows = new TheoryData<SimdLevel, double>();
        foreach (var level in Enum.GetValues<SimdLevel>().Where(level => level != SimdLevel.Auto && CpuDevice.IsSupported(level)))
            foreach (var zeros in new[] { 0, 0.2, 0.35, 0.9, 1 }) rows.Add(level, zeros);
        return rows;
    }

    /// <summary>Two rows are too few to look for zeros in, one alone skips them always: all give the bits of many rows at once.</summary>
    [Theory]
    [MemberData(nameof(Shares))]
    public void Skipping_zeros_changes_no_bit(SimdLevel level, double zeros)
    {
        using var device = new CpuDevice(1, level);
        using var arena = new Arena(device);
        Tensor x = arena.Allocate(Shape.Of(Rows, Depth)), w = arena.Allocate(Shape.Of(Outputs, Depth)), bias = arena.Allocate(Shape.Of(Outputs)),
            y = arena.Allocate(Shape.Of(Rows, Outputs)), parts = arena.Allocate(y.Shape);
        device.TruncatedNormal(w, 0, 1, new(1, 940, 0));
        device.TruncatedNormal(bias, 0, 1, new(1, 940, 1));
        device.TruncatedNormal(x, 0, 1, new(1, 940, 2));
        var numbers = CpuMemory.Span<float>(x);
        for (var i = 0; i < numbers.Length; i++)
            if (Philox.Uniform(new(1, 941, 0), (uint)i) < zeros) numbers[i] = 0;
        var packed = device.Packable(arena, w);
        device.Pack(packed);
        device.Dense(x, packed, bias, y, relu: true);
        // Below the width of two vectors a sum of 200 terms is short enough for dot products, which round in another order.
        var dots = Depth >= 16 * (level switch { SimdLevel.Avx512 => 16, SimdLevel.Avx2 => 8, SimdLevel.Vector128 => 4, _ => 1 });
        foreach (var count in dots ? [] : new[] { 1, 2 })
        {
            for (var r = 0; r < Rows; r += count) device.Dense(x.Rows(r, count), packed, bias, parts.Rows(r, count), relu: true);
            Assert.Equal(CpuMemory.Span<uint>(parts).ToArray(), CpuMemory.Span<uint>(y).ToArray());
        }
    }

    [Fact]
    public void A_number_that_is_not_finite_is_not_taken_for_a_zero()
    {
        using var device = new CpuDevice(1);
        using var arena = new Arena(device);
        Tensor x = arena.Allocate(Shape.Of(Rows, Depth)), w = arena.Allocate(Shape.Of(Outputs, Depth)), y = arena.Allocate(Shape.Of(Rows, Outputs));
        device.Fill(w, 1);
        CpuMemory.Span<float>(x)[3 * Depth + 70] = float.NaN;
        device.Dense(x, w, null, y, relu: false);
        var result = CpuMemory.Span<float>(y);
        for (var i = 0; i < result.Length; i++) Assert.Equal(i / Outputs == 3, float.IsNaN(result[i]));
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
