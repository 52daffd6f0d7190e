using System.Runtime.InteropServices;

namespace ActionableModels.OnnxRuntime;

/// <summary>A tensor of ONNX Runtime over memory that does not move: its own, zeroed, or the caller's.</summary>
public sealed unsafe class OrtTensor : IDisposable
{
    private const int Float = 1, UInt8 = 2;

    private readonly OrtLibrary library;
    private readonly bool owned;
    private readonly nuint bytes;
    private void* memory;

    /// <summary>A float tensor of a shape.</summary>
    public static OrtTensor Floats(OrtLibrary library, params ReadOnlySpan<long> shape) => new(library, null, shape, Float);
    /// <summary>A float tensor over memory of the caller's, which stays there while the tensor lives.</summary>
    public static OrtTensor Floats(OrtLibrary library, float* memory, params ReadOnlySpan<long> shape) =>
        new(library, memory, shape, Float);
    /// <summary>An 8-bit tensor of a shape.</summary>
    public static OrtTensor Bytes(OrtLibrary library, params ReadOnlySpan<long> shape) => new(library, null, shape, UInt8);

    private OrtTensor(OrtLibrary library, void* given, ReadOnlySpan<long> shape, int type)
    {
        (this.library, owned) = (library, given is null);
        var count = 1L;
        foreach (var extent in shape) count *= extent;
        Count = checked((int)count);
        bytes = (nuint)count * (nuint)(type == Float ? sizeof(float) : sizeof(byte));
        memory = owned ? NativeMemory.AlignedAlloc(Math.Max(bytes, 1), 64) : given;
        if (owned) NativeMemory.Clear(memory, bytes);
        nint value;
        fixed (long* extents = shape)
            library.Check(library.CreateTensorWithDataAsOrtValue(library.CpuMemory, memory, bytes, extents, (nuint)shape.Length, type,
                &value));
        Value = value;
    }

    /// <summary>Numbers.</summary>
    public int Count { get; }
    /// <summary>The numbers of a float tensor.</summary>
    public Span<float> AsFloats =>
        bytes == (nuint)Count * sizeof(float) ? new(memory, Count) : throw new InvalidOperationException("not a float tensor");
    /// <summary>The numbers of an 8-bit tensor.</summary>
    public Span<byte> AsBytes => bytes == (nuint)Count ? new(memory, Count) : throw new InvalidOperationException("not an 8-bit tensor");

    internal nint Value { get; private set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Value == 0) return;
        library.ReleaseValue(Value);
        if (owned) NativeMemory.AlignedFree(memory);
        Value = 0;
        memory = null;
    }
}
