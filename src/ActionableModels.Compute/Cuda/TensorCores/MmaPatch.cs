using System.Runtime.InteropServices;

namespace ActionableModels.Compute.Cuda;

/// <summary>A rectangle of feature maps on its way to shared memory: struct Patch of kernels/nvidia/patch.h, whose fields these are.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct MmaPatch
{
    private readonly int batch, height, width, channels, phases, stride, top, left, depth, images, rows, columns, pitch, plane, chunks;
    private readonly uint chunkInverse;
    private readonly int vectors;

    /// <summary>
    /// A patch of a map: so many images, rows and columns, rows <paramref name="pitch"/> pixels apart in planes of <paramref name="plane"/> pixels, with
    /// <paramref name="chunks"/> chunks of depth kept at a time.
    /// </summary>
    public MmaPatch(in MmaMap map, int images, int rows, int columns, int pitch, int plane, int chunks)
    {
        (batch, height, width, channels) = (map.Batch, map.Height, map.Width, map.Channels);
        (phases, stride, top, left, depth) = (map.Phases, map.Stride, map.Top, map.Left, map.Depth);
        (this.images, this.rows, this.columns, this.pitch, this.plane, this.chunks) = (images, rows, columns, pitch, plane, chunks);
        chunkInverse = (uint)(((1 << 20) + chunks - 1) / chunks);
        vectors = map.Vectors ? 1 : 0;
    }

    /// <summary>Whether the kernels can count its elements: steps in map pixels take 16 bits.</summary>
    public bool Fits => (long)rows * stride < 1 << 15 && (long)columns * stride < 1 << 15 && (long)images * rows * columns * chunks < 1 << 13;

    /// <summary>Elements of a pixel.</summary>
    public int Depth => depth;

    /// <summary>Its pixels.</summary>
    public int Pixels => images * rows * columns;

    /// <summary>Bytes of a plane for each of its chunks.</summary>
    public int Bytes => plane * chunks * 16;
}
