namespace ActionableModels.Compute.Cpu;

/// <summary>
/// The contractions of the device at one vector width. Pointers are to contiguous arrays in the layouts of <see cref="Device"/>.
/// </summary>
internal abstract unsafe class Engine
{
    /// <summary>y [R, n] = act(init + x [R, k] · wᵀ) with w [n, k].</summary>
    public abstract void Dense(float* x, float* w, float* bias, float* y, int rows, int depth, int n, bool relu);

    /// <summary>dx [R, k] = dy [R, n] · w [n, k].</summary>
    public abstract void DenseBackwardData(float* dy, float* w, float* dx, int rows, int depth, int n);

    /// <summary>dw [n, k] = dyᵀ · x.</summary>
    public abstract void DenseBackwardFilter(float* x, float* dy, float* dw, int rows, int depth, int n);

    /// <summary><see cref="Device.Conv2D"/>.</summary>
    public abstract void Convolve(in ConvolutionShape s, float* x, float* w, float* bias, float* y, bool relu);

    /// <summary><see cref="Device.Conv2DBackwardData"/>.</summary>
    public abstract void ConvolveBackwardData(in ConvolutionShape s, float* dy, float* w, float* dx);

    /// <summary><see cref="Device.Conv2DBackwardFilter"/> without the bias.</summary>
    public abstract void ConvolveBackwardFilter(in ConvolutionShape s, float* x, float* dy, float* dw);
}
