namespace ActionableModels.Compute.Kernels;

public abstract partial class KernelDevice
{
    private static readonly Kernel maxPool = new("max_pool", "max_pool", 256), maxPoolBackward = new("max_pool", "max_pool_backward", 256);

    /// <inheritdoc/>
    public override void MaxPool(Tensor x, Tensor y, Window window)
    {
        var s = Operands.Pool(x, y, window);
        var groups = GroupsPerImage(s.OutHeight, s.OutWidth, s, x);
        Call(maxPool).Add(x).Add(y).Add(new PoolArguments(s, groups)).Run((long)s.Batch * groups);
    }

    /// <inheritdoc/>
    public override void MaxPoolBackward(Tensor x, Tensor dy, Tensor dx, Window window)
    {
        var s = Operands.PoolBackward(x, dy, dx, window);
        var groups = GroupsPerImage(s.Height, s.Width, s, x);
        Call(maxPoolBackward).Add(x).Add(dy).Add(dx).Add(new PoolArguments(s, groups)).Run((long)s.Batch * groups);
    }

    private static int GroupsPerImage(int height, int width, in ConvolutionShape s, Tensor x)
    {
        Check.That((double)s.Height * s.Width * s.In < int.MaxValue - 256 && s.Height < 1 << 30 && s.Width < 1 << 30 && s.Kernel < 1 << 30,
            "a map of a pool on this device has fewer than 2³¹ numbers", x);
        return (height * width * s.In + 255) / 256;
    }
}
