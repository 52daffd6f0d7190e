namespace ActionableModels.Compute;

internal static unsafe partial class Operands
{
    /// <summary>Checks what is copied from the host.</summary>
    public static void Upload<T>(ReadOnlySpan<T> source, Tensor destination) where T : unmanaged
    {
        Check.That(sizeof(T) == destination.Type.Size(), "Upload: the host's elements must have the size of the tensor's", destination);
        Check.That(source.Length <= destination.Count, "Upload: more elements than the tensor holds", destination);
    }

    /// <summary>Checks what is copied to the host.</summary>
    public static void Download<T>(Tensor source, Span<T> destination) where T : unmanaged
    {
        Check.That(sizeof(T) == source.Type.Size(), "Download: the host's elements must have the size of the tensor's", source);
        Check.That(destination.Length <= source.Count, "Download: more elements asked for than the tensor holds", source);
    }
}
