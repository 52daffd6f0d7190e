namespace ActionableModels.Compute.Cpu;

/// <summary>Copies and clears of float arrays by address.</summary>
internal static unsafe class Raw
{
    public static void Copy(float* source, float* destination, int count) =>
        new ReadOnlySpan<float>(source, count).CopyTo(new Span<float>(destination, count));

    public static void Clear(float* destination, int count) => new Span<float>(destination, count).Clear();
}
