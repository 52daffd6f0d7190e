using ActionableModels.Compute.Cpu;
using ActionableModels.Compute.Tests.Matrix;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Compute.Tests;

/// <summary>The same bits for any number of threads, and again from the same device.</summary>
public sealed class DeterminismTests
{
    public static TheoryData<string> Operations() => new(Cases.All.Select(c => c.Operation).Distinct());

    [Theory]
    [MemberData(nameof(Operations))]
    public void Bits_do_not_depend_on_threads(string operation)
    {
        using CpuDevice one = new(1), two = new(2), three = new(3);
        foreach (var c in Cases.All.Where(c => c.Operation == operation && !c.Large))
        {
            var expected = c.Bits(one);
            Assert.True(expected.AsSpan().SequenceEqual(c.Bits(one)), $"{c.Name}: a second run differs");
            Assert.True(expected.AsSpan().SequenceEqual(c.Bits(two)), $"{c.Name}: 2 threads differ");
            Assert.True(expected.AsSpan().SequenceEqual(c.Bits(three)), $"{c.Name}: 3 threads differ");
        }
    }

    [Theory, OnDevice("opencl"), OnDevice("cuda")]
    public void Kernels_give_the_same_bits_again(string name)
    {
        using Device first = TestDevices.Open(name), second = TestDevices.Open(name);
        foreach (var c in Cases.All.Where(c => !c.Large))
        {
            var expected = c.Bits(first);
            Assert.True(expected.AsSpan().SequenceEqual(c.Bits(first)), $"{c.Name}: a second run differs");
            Assert.True(expected.AsSpan().SequenceEqual(c.Bits(second)), $"{c.Name}: the device opened again differs");
        }
    }

    [Theory]
    [InlineData(SimdLevel.Avx2)]
    [InlineData(SimdLevel.Vector128)]
    [InlineData(SimdLevel.Scalar)]
    public void Narrower_levels_do_not_depend_on_threads(SimdLevel level)
    {
        if (!CpuDevice.IsSupported(level)) return;
        using CpuDevice one = new(1, level), three = new(3, level);
        foreach (var c in Cases.All.Where(c => !c.Large && (c.Operation.StartsWith("Conv2D") || c.Operation.StartsWith("Dense"))))
            Assert.True(c.Bits(one).AsSpan().SequenceEqual(c.Bits(three)), c.Name);
    }

    [Fact]
    public void The_direct_path_does_not_depend_on_threads()
    {
        using CpuDevice one = new(1, path: ConvolutionPath.Direct), two = new(2, path: ConvolutionPath.Direct),
            three = new(3, path: ConvolutionPath.Direct);
        foreach (var c in Cases.All.Where(c => !c.Large && c.TransformedBound > 0))
        {
            var expected = c.Bits(one);
            Assert.True(expected.AsSpan().SequenceEqual(c.Bits(two)), $"{c.Name}: 2 threads differ");
            Assert.True(expected.AsSpan().SequenceEqual(c.Bits(three)), $"{c.Name}: 3 threads differ");
        }
    }
}
