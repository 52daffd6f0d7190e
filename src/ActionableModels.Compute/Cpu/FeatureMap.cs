using System.Runtime.CompilerServices;

namespace ActionableModels.Compute.Cpu;

/// <summary>A stack of H×W×C maps in memory, and how to cut a zero-padded piece out of it.</summary>
internal readonly unsafe struct FeatureMap(float* data, int height, int width, int channels)
{
    public readonly float* Data = data;
    public readonly int Height = height, Width = width, Channels = channels;

    public nint RowPitch => (nint)Width * Channels;
    public nint ImagePitch => (nint)Height * Width * Channels;

    /// <summary>Whether rows top … top+rows−1 and columns left … left+columns−1 lie inside the map.</summary>
    public bool Holds(int top, int left, int rows, int columns) => top >= 0 && left >= 0 && top + rows <= Height && left + columns <= Width;

    /// <summary>destination[r, q, c] = map[image, top + r, left + q, c], zero outside.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Cut(int image, int top, int left, int rows, int columns, float* destination)
    {
        var pitch = (nint)columns * Channels;
        var first = Math.Clamp(-left, 0, columns);
        var last = Math.Clamp(Width - left, first, columns);
        for (var r = 0; r < rows; r++, destination += pitch)
        {
            var row = top + r;
            if (row < 0 || row >= Height)
            {
                Raw.ClearRun(destination, (int)pitch);
                continue;
            }
            var source = Data + image * ImagePitch + row * RowPitch + (nint)(left + first) * Channels;
            Raw.ClearRun(destination, first * Channels);
            Raw.CopyRun(source, destination + first * Channels, (last - first) * Channels);
            Raw.ClearRun(destination + last * Channels, (columns - last) * Channels);
        }
    }

    /// <summary>The same with pixels of <paramref name="padded"/> ≥ C channels, zero beyond the map's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void CutPadded(int image, int top, int left, int rows, int columns, int padded, float* destination)
    {
        if (padded == Channels)
        {
            Cut(image, top, left, rows, columns, destination);
            return;
        }
        for (var r = 0; r < rows; r++)
            for (var q = 0; q < columns; q++, destination += padded)
            {
                int row = top + r, column = left + q;
                var filled = row >= 0 && row < Height && column >= 0 && column < Width ? Channels : 0;
                if (filled > 0) Raw.CopyRun(Data + image * ImagePitch + row * RowPitch + (nint)column * Channels, destination, filled);
                Raw.ClearRun(destination + filled, padded - filled);
            }
    }
}
