using System.Buffers;

namespace ActionableModels.Native;

/// <summary>Bytes of the caller's as Memory, for as long as the call lasts.</summary>
internal sealed unsafe class CallersMemory(byte* bytes, int count) : MemoryManager<byte>
{
    /// <inheritdoc/>
    public override Span<byte> GetSpan() => new(bytes, count);

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0) => new(bytes + elementIndex);

    /// <inheritdoc/>
    public override void Unpin() { }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) { }
}
