using ActionableModels.Compute.Cpu;

namespace ActionableModels.Compute.Tests;

/// <summary>Two pieces of work at once: both are done, to the bits of one after the other, and a failure of either is told.</summary>
public sealed class RunBothTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Both_pieces_give_what_they_give_alone(int threads)
    {
        using var device = new CpuDevice(threads);
        using var arena = new Arena(device);
        Assert.Equal(threads == 2, device.Aside != device);
        Tensor x = arena.Allocate(Shape.Of(300, 70)), w = arena.Allocate(Shape.Of(40, 70));
        Tensor[] y = [.. Enumerable.Range(0, 3).Select(_ => arena.Allocate(Shape.Of(300, 40)))];
        device.TruncatedNormal(x, 0, 1, new RandomKey(1, 2, 3));
        device.TruncatedNormal(w, 0, 1, new RandomKey(1, 2, 4));
        device.Dense(x, w, null, y[0], relu: true);
        for (var i = 0; i < 50; i++)
        {
            device.Fill(y[1], 0);
            device.Fill(y[2], 0);
            device.RunBoth(() => device.Dense(x, w, null, y[1], relu: true), () => device.Aside.Dense(x, w, null, y[2], relu: true));
            Assert.True(CpuMemory.Span<float>(y[0]).SequenceEqual(CpuMemory.Span<float>(y[1])));
            Assert.True(CpuMemory.Span<float>(y[0]).SequenceEqual(CpuMemory.Span<float>(y[2])));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_failure_is_thrown_and_the_device_goes_on(int threads)
    {
        using var device = new CpuDevice(threads);
        using var arena = new Arena(device);
        var y = arena.Allocate(Shape.Of(1 << 17));
        void Fails() => throw new InvalidOperationException("on purpose");
        Assert.Equal("on purpose", Assert.Throws<InvalidOperationException>(() => device.RunBoth(() => { }, Fails)).Message);
        Assert.Equal("on purpose", Assert.Throws<InvalidOperationException>(() => device.RunBoth(Fails, () => { })).Message);
        device.Fill(y, 3);
        Assert.Equal(-1, CpuMemory.Span<float>(y).IndexOfAnyExcept(3f));
    }
}
