namespace ActionableModels.Compute.Cpu.Winograd;

/// <summary>
/// The one-dimensional maps of F(4, r): four outputs of an r-tap correlation by n = r + 3 products, y = Aᵀ[(G·g) ⊙ (Bᵀ·d)] (Winograd 1980;
/// Lavin and Gray 2016), and their adjoints. Each map reads vectors a step apart and writes vectors a step apart; steps are in floats.
/// </summary>
internal unsafe interface IWinogradTile
{
    /// <summary>Taps r.</summary>
    static abstract int Kernel { get; }

    /// <summary>Products n.</summary>
    static abstract int Points { get; }

    /// <summary>Bᵀ: n inputs to n points.</summary>
    static abstract void Input<TLanes, TVector>(float* d, nint from, float* v, nint to)
        where TLanes : struct, ILanes<TVector> where TVector : unmanaged;

    /// <summary>G: r taps to n points.</summary>
    static abstract void Filter<TLanes, TVector>(float* g, nint from, float* u, nint to)
        where TLanes : struct, ILanes<TVector> where TVector : unmanaged;

    /// <summary>Aᵀ: n points to 4 outputs.</summary>
    static abstract void Output<TLanes, TVector>(float* m, nint from, float* y, nint to)
        where TLanes : struct, ILanes<TVector> where TVector : unmanaged;

    /// <summary>A: gradients of 4 outputs to n points.</summary>
    static abstract void OutputAdjoint<TLanes, TVector>(float* y, nint from, float* m, nint to)
        where TLanes : struct, ILanes<TVector> where TVector : unmanaged;

    /// <summary>Gᵀ: gradients of n points to r taps.</summary>
    static abstract void FilterAdjoint<TLanes, TVector>(float* u, nint from, float* g, nint to)
        where TLanes : struct, ILanes<TVector> where TVector : unmanaged;
}
