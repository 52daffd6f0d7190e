namespace ActionableModels.Compute.Cpu;

/// <summary>
/// The contractions of the device at one vector width. Pointers are to contiguous arrays in the layouts of <see cref="Device"/>.
/// </summary>
internal abstract unsafe class Engine
{
    /// <summary>Floats per vector.</summary>
    public abstract int Width { get; }

    /// <summary>Floats of the panels of weights [n, k].</summary>
    public abstract long PackedSize(int depth, int n);

    /// <summary>Whether <see cref="Dense"/> reads panels.</summary>
    public abstract bool ReadsPanels(int rows, int depth, int n);

    /// <summary>Whether <see cref="Convolve"/> reads panels.</summary>
    public abstract bool ReadsPanels(in ConvolutionShape s);

    /// <summary>Brings weights [n, k] into panels.</summary>
    public abstract void Pack(float* w, int depth, int n, float* panels);

    /// <summary>y [R, n] = act(init + x [R, k] · wᵀ) with w [n, k], and the panels of <see cref="Pack"/> or null.</summary>
    public abstract void Dense(float* x, float* w, float* panels, float* bias, float* y, int rows, int depth, int n, bool relu);

    /// <summary>dx [R, k] = dy [R, n] · w [n, k].</summary>
    public abstract void DenseBackwardData(float* dy, float* w, float* dx, int rows, int depth, int n);

    /// <summary>dw [n, k] = dyᵀ · x.</summary>
    public abstract void DenseBackwardFilter(float* x, float* dy, float* dw, int rows, int depth, int n);

    /// <summary><see cref="Device.Conv2D"/>.</summary>
    public abstract void Convolve(in ConvolutionShape s, float* x, float* w, float* panels, float* bias, float* y, bool relu);

    /// <summary>Whether the sums of a convolution can start from a map.</summary>
    public abstract bool Accumulates(in ConvolutionShape s);

    /// <summary>y = act(map + convolution), for a shape that <see cref="Accumulates"/>.</summary>
    public abstract void ConvolveOnto(in ConvolutionShape s, float* x, float* w, float* panels, float* map, float* y, bool relu);

    /// <summary><see cref="Device.Conv2DBackwardData"/>.</summary>
    public abstract void ConvolveBackwardData(in ConvolutionShape s, float* dy, float* w, float* dx);

    /// <summary><see cref="Device.Conv2DBackwardFilter"/> without the bias.</summary>
    public abstract void ConvolveBackwardFilter(in ConvolutionShape s, float* x, float* dy, float* dw);
}
