using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using ActionableModels.Compute;
using ActionableModels.Networks;
using ActionableModels.Storage;

namespace ActionableModels.Checkpoints;

/// <summary>
/// Between the flat parameter buffer and named tensors. `action/sum/weight` [E, inputs] and `/bias` [blocks, E] are stored as one
/// dense layer per block, `action/&lt;block&gt;/weight` [E, size] and `/bias` [E]; all other tensors are stored as they lie.
/// </summary>
internal static class CheckpointTensors
{
    /// <summary>Longest header of a model's file, in bytes: the largest network that is allowed needs half of it.</summary>
    public const int LongestHeader = 2 << 20;

    // 1 GiB of floats; rows of a block are read some at a time, at most 64 columns wide.
    private const long MostParameters = 1L << 28;
    private const int RowBuffer = 4096;

    private readonly record struct Piece(string Name, long[] Shape, long Offset, int Rows, int Columns, int RowStride);

    private static IEnumerable<Piece> Pieces(NetworkSpec spec, ParameterLayout layout)
    {
        foreach (var entry in layout.Entries)
        {
            if (entry.Name is not ("action/sum/weight" or "action/sum/bias"))
            {
                var shape = Enumerable.Range(0, entry.Shape.Rank).Select(i => (long)entry.Shape[i]).ToArray();
                yield return new(entry.Name, shape, entry.Offset, 1, (int)entry.Shape.Count, (int)entry.Shape.Count);
                continue;
            }
            var (column, row, width) = (0, 0, spec.ActionEmbedding);
            foreach (var block in spec.ActionBlocks)
            {
                yield return entry.Name == "action/sum/weight"
                    ? new($"action/{block.Name}/weight", [width, block.Columns.Length], entry.Offset + column, width, block.Columns.Length,
                        spec.ActionInputs)
                    : new($"action/{block.Name}/bias", [width], entry.Offset + (long)row * width, 1, width, width);
                column += block.Columns.Length;
                row++;
            }
        }
    }

    /// <summary>Names and shapes in a file of a flat buffer of <paramref name="count"/> elements, without prefix.</summary>
    public static IEnumerable<(string Name, long[] Shape)> Names(NetworkSpec spec, ParameterLayout layout, long count) =>
        Pieces(spec, layout).Where(p => p.Offset < count).Select(p => (p.Name, p.Shape));

    /// <summary>Tensors for a flat buffer. Trained-only buffers (moments) leave the moving statistics out.</summary>
    public static IEnumerable<SafetensorsTensor> Write(NetworkSpec spec, ParameterLayout layout, string prefix, ReadOnlyMemory<float> flat)
    {
        foreach (var piece in Pieces(spec, layout))
        {
            if (piece.Offset >= flat.Length) continue;
            if (piece.Rows == 1)
            {
                yield return SafetensorsTensor.Float32(prefix + piece.Name, piece.Shape, flat.Slice((int)piece.Offset, piece.Columns));
                continue;
            }
            var values = new float[piece.Rows * piece.Columns];
            for (var r = 0; r < piece.Rows; r++)
                flat.Span.Slice((int)piece.Offset + r * piece.RowStride, piece.Columns).CopyTo(values.AsSpan(r * piece.Columns));
            yield return SafetensorsTensor.Float32(prefix + piece.Name, piece.Shape, values);
        }
    }

    /// <summary>
    /// Checks names, types and shapes of all tensors before memory is taken, so that memory is bounded by the size of the file.
    /// </summary>
    /// <returns>Prefix and number of elements of each flat buffer that the file holds.</returns>
    /// <exception cref="ActionableException">A tensor is missing, of another form, or does not belong to the network.</exception>
    public static IReadOnlyList<(string Prefix, long Count)> Require(SafetensorsSource file, NetworkSpec spec, ParameterLayout layout,
        ModelFormat format)
    {
        if (layout.Count > MostParameters)
            throw new ActionableException($"{file.Name}: the network has more than {MostParameters} parameters");
        var buffers = new List<(string Prefix, long Count)> { ("", layout.Count) };
        if (format == ModelFormat.Checkpoint)
        {
            buffers.Add(("average/", layout.Count));
            foreach (var optional in new[] { ("lagged/", layout.Count), ("optimizer/m/", layout.TrainedCount),
                ("optimizer/v/", layout.TrainedCount) })
                if (file.Entries.Keys.Any(name => name.StartsWith(optional.Item1, StringComparison.Ordinal))) buffers.Add(optional);
        }
        var unknown = file.Entries.Keys.ToHashSet();
        foreach (var (prefix, count) in buffers)
            foreach (var (name, shape) in Names(spec, layout, count))
            {
                file.Require(prefix + name, SafetensorsDtype.F32, shape);
                unknown.Remove(prefix + name);
            }
        if (unknown.Count > 0)
            throw new ActionableException(
                $"{file.Name}: tensor {FileFault.Quote(unknown.Min(StringComparer.Ordinal)!)} does not belong to network {FileFault.Quote(spec.Name)}; the file is of another specification");
        return buffers;
    }

    /// <summary>A flat buffer from a file whose tensors are the required ones; all numbers must be finite and no variance negative.</summary>
    /// <exception cref="ActionableException">They are not; the message names the tensor.</exception>
    public static float[] Read(SafetensorsSource file, NetworkSpec spec, ParameterLayout layout, string prefix, long count)
    {
        var flat = Allocate(file, count);
        Read(file, spec, layout, prefix, flat);
        return flat;
    }

    /// <summary>The same into a buffer, whose length says how much there is.</summary>
    public static void Read(SafetensorsSource file, NetworkSpec spec, ParameterLayout layout, string prefix, Span<float> flat)
    {
        float[]? rows = null;
        foreach (var piece in Pieces(spec, layout))
        {
            if (piece.Offset >= flat.Length) continue;
            var name = prefix + piece.Name;
            if (piece.Rows == 1)
            {
                var values = flat.Slice((int)piece.Offset, piece.Columns);
                file.Copy(name, 0, MemoryMarshal.AsBytes(values));
                Check(file, name, values);
                continue;
            }
            rows ??= new float[RowBuffer];
            var (atOnce, width) = (rows.Length / piece.Columns, piece.Columns);
            for (var first = 0; first < piece.Rows; first += atOnce)
            {
                var values = rows.AsSpan(0, Math.Min(atOnce, piece.Rows - first) * width);
                file.Copy(name, (long)first * width * sizeof(float), MemoryMarshal.AsBytes(values));
                Check(file, name, values);
                for (var r = 0; r * width < values.Length; r++)
                    values.Slice(r * width, width).CopyTo(flat[((int)piece.Offset + (first + r) * piece.RowStride)..]);
            }
        }
    }

    private static void Check(SafetensorsSource file, string name, ReadOnlySpan<float> values)
    {
        if (!TensorPrimitives.IsFiniteAll(values))
            throw new ActionableException(
                $"{file.Name}: tensor '{name}' holds values that are not finite; the training diverged or the file is damaged");
        if (name.EndsWith("/norm/variance", StringComparison.Ordinal) && TensorPrimitives.Min(values) < 0)
            throw new ActionableException($"{file.Name}: tensor '{name}' holds a negative variance; the file is damaged");
    }

    /// <summary>Memory for numbers of a file.</summary>
    /// <exception cref="OutOfDeviceMemoryException">There is none.</exception>
    public static float[] Allocate(SafetensorsSource file, long count)
    {
        try
        {
            return new float[count];
        }
        catch (OutOfMemoryException e)
        {
            throw new OutOfDeviceMemoryException(
                $"{file.Name}: there is no memory for its {count} parameters: free some, or use a smaller network", e);
        }
    }
}
