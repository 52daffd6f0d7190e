using System.Runtime.CompilerServices;

namespace ActionableModels.Compute.Cpu.Winograd;

/// <summary>The two-dimensional maps of a tile: a one-dimensional map along the columns, then along the rows.</summary>
internal static unsafe class Planes<TTile, TLanes, TVector>
    where TTile : struct, IWinogradTile
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
{
    private const int MaxPoints = 8, MaxLanes = 16;

    /// <summary>
    /// Floats between planes of <paramref name="floats"/> floats: a line more than they hold, so that one element of every plane does not
    /// fall into one set of the caches.
    /// </summary>
    public static nint Pitch(long floats) => checked((nint)((floats + 15) / 16 * 16 + 16));

    /// <summary>V[p] = Bᵀ d B for <paramref name="channels"/> channels (whole vectors).</summary>
    [SkipLocalsInit, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Input(float* d, nint rowPitch, nint pixelPitch, int channels, float* v, nint plane)
    {
        var n = TTile.Points;
        float* t = stackalloc float[MaxPoints * MaxPoints * MaxLanes];
        for (var c = 0; c < channels; c += TLanes.Width)
        {
            for (var j = 0; j < n; j++) TTile.Input<TLanes, TVector>(d + c + j * pixelPitch, rowPitch, t + j * TLanes.Width, n * TLanes.Width);
            for (var i = 0; i < n; i++) TTile.Input<TLanes, TVector>(t + i * n * TLanes.Width, TLanes.Width, v + c + i * n * plane, plane);
        }
    }

    /// <summary>Y = Aᵀ M A: 4×4 vectors a pixel pitch apart, to <paramref name="y"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output(float* m, nint plane, float* t, float* y)
    {
        var n = TTile.Points;
        for (var j = 0; j < n; j++) TTile.Output<TLanes, TVector>(m + j * plane, n * plane, t + j * TLanes.Width, n * TLanes.Width);
        for (var i = 0; i < WinogradEngine.Side; i++)
            TTile.Output<TLanes, TVector>(t + i * n * TLanes.Width, TLanes.Width, y + i * WinogradEngine.Side * TLanes.Width, TLanes.Width);
    }

    /// <summary>U = G g Gᵀ for a run of floats (whole vectors); taps of g and points of U are a plane apart.</summary>
    [SkipLocalsInit, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Filter(float* g, float* u, nint plane, nint begin, nint end)
    {
        int r = TTile.Kernel, n = TTile.Points;
        float* t = stackalloc float[MaxPoints * MaxPoints * MaxLanes];
        for (var e = begin; e < end; e += TLanes.Width)
        {
            for (var j = 0; j < r; j++) TTile.Filter<TLanes, TVector>(g + e + j * plane, r * plane, t + j * TLanes.Width, r * TLanes.Width);
            for (var i = 0; i < n; i++) TTile.Filter<TLanes, TVector>(t + i * r * TLanes.Width, TLanes.Width, u + e + i * n * plane, plane);
        }
    }

    /// <summary>M = A dy Aᵀ for whole vectors of channels.</summary>
    [SkipLocalsInit, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OutputAdjoint(float* dy, nint rowPitch, nint pixelPitch, int channels, float* m, nint plane)
    {
        const int side = WinogradEngine.Side;
        var n = TTile.Points;
        float* t = stackalloc float[MaxPoints * MaxPoints * MaxLanes];
        for (var c = 0; c < channels; c += TLanes.Width)
        {
            for (var j = 0; j < side; j++)
                TTile.OutputAdjoint<TLanes, TVector>(dy + c + j * pixelPitch, rowPitch, t + j * TLanes.Width, side * TLanes.Width);
            for (var i = 0; i < n; i++)
                TTile.OutputAdjoint<TLanes, TVector>(t + i * side * TLanes.Width, TLanes.Width, m + c + i * n * plane, plane);
        }
    }

    /// <summary>g = Gᵀ U G of one vector: points of U are vectors in a row, taps of g are written in a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FilterAdjoint(float* u, float* t, float* g)
    {
        int r = TTile.Kernel, n = TTile.Points;
        for (var j = 0; j < n; j++)
            TTile.FilterAdjoint<TLanes, TVector>(u + j * TLanes.Width, n * TLanes.Width, t + j * TLanes.Width, n * TLanes.Width);
        for (var i = 0; i < r; i++)
            TTile.FilterAdjoint<TLanes, TVector>(t + i * n * TLanes.Width, TLanes.Width, g + i * r * TLanes.Width, TLanes.Width);
    }
}
