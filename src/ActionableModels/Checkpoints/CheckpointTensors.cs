using System.Numerics.Tensors;
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

    /// <summary>Fills a flat buffer from a file; every tensor must be there with its shape and be finite.</summary>
    public static void Read(SafetensorsFile file, NetworkSpec spec, ParameterLayout layout, string prefix, Span<float> flat)
    {
        foreach (var piece in Pieces(spec, layout))
        {
            if (piece.Offset >= flat.Length) continue;
            var values = file.Float32(prefix + piece.Name, piece.Shape);
            if (!TensorPrimitives.IsFiniteAll(values))
                throw new ActionableException(
                    $"{file.Name}: tensor '{prefix}{piece.Name}' holds values that are not finite; the training diverged or the file is damaged");
            for (var r = 0; r < piece.Rows; r++)
                values.Slice(r * piece.Columns, piece.Columns).CopyTo(flat[((int)piece.Offset + r * piece.RowStride)..]);
        }
    }
}
