namespace ActionableModels.Compute;

internal static unsafe partial class Operands
{
    /// <summary>Bytes that <see cref="Device.Upload{T}"/> moves.</summary>
    public static long Upload<T>(ReadOnlySpan<T> source, Tensor destination) where T : unmanaged
    {
        Check.That(sizeof(T) == destination.Type.Size(), "Upload: the host's elements must have the size of the tensor's", destination);
        Check.That(source.Length <= destination.Count, "Upload: more elements than the tensor holds", destination);
        return source.Length * (long)sizeof(T);
    }

    /// <summary>Bytes that <see cref="Device.Download{T}"/> moves.</summary>
    public static long Download<T>(Tensor source, ReadOnlySpan<T> destination) where T : unmanaged
    {
        Check.That(sizeof(T) == source.Type.Size(), "Download: the host's elements must have the size of the tensor's", source);
        Check.That(destination.Length <= source.Count, "Download: more elements asked for than the tensor holds", source);
        return destination.Length * (long)sizeof(T);
    }
}
