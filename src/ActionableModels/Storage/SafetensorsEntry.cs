namespace ActionableModels.Storage;

/// <summary>What the header says of one tensor; checked against the file when that was opened.</summary>
/// <param name="Dtype">Element type.</param>
/// <param name="Shape">Sizes, outermost first; empty for a single number.</param>
/// <param name="Offset">First byte, counted from the start of the file.</param>
/// <param name="Length">Bytes: the elements of the shape times the size of the type.</param>
public sealed record SafetensorsEntry(SafetensorsDtype Dtype, long[] Shape, long Offset, long Length)
{
    /// <summary>Number of elements.</summary>
    public long Elements => Length / Dtype.Size();

    /// <summary>Dtype and shape as a message shows them: F32 [2, 3].</summary>
    public override string ToString() => $"{Dtype.Name()} {Show(Shape)}";

    internal static string Show(ReadOnlySpan<long> shape) => $"[{string.Join(", ", shape.ToArray())}]";
}
