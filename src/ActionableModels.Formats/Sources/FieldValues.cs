namespace ActionableModels.Formats.Sources;

/// <summary>The numbers of one field of an episode, converted to float32.</summary>
/// <param name="Values">Rows · width numbers, row-major.</param>
/// <param name="Width">Numbers of one row: of a step, or of the episode.</param>
public sealed record FieldValues(float[] Values, int Width)
{
    /// <summary>Number of rows.</summary>
    public int Rows => Width == 0 ? 0 : Values.Length / Width;

    /// <summary>The numbers of one row.</summary>
    public ReadOnlySpan<float> Row(int row) => Values.AsSpan(row * Width, Width);
}
