using System.Buffers.Binary;
using System.Text;

namespace ActionableModels.Storage;

/// <summary>Encodes a protocol-buffer message into memory that is kept for the next one.</summary>
internal sealed class ProtobufWriter
{
    private const int Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5;

    private byte[] buffer = new byte[256];

    /// <summary>Bytes written since <see cref="Clear"/>.</summary>
    public int Length { get; private set; }

    /// <summary>The message.</summary>
    public ReadOnlySpan<byte> Message => buffer.AsSpan(0, Length);

    /// <summary>Starts a new message.</summary>
    public void Clear() => Length = 0;

    /// <summary>An integer field.</summary>
    public void Integer(int field, long value)
    {
        Key(field, Varint);
        Raw((ulong)value);
    }

    /// <summary>A double field.</summary>
    public void Double(int field, double value)
    {
        Key(field, Fixed64);
        BinaryPrimitives.WriteDoubleLittleEndian(Take(8), value);
    }

    /// <summary>A float field.</summary>
    public void Float(int field, float value)
    {
        Key(field, Fixed32);
        BinaryPrimitives.WriteSingleLittleEndian(Take(4), value);
    }

    /// <summary>A text field.</summary>
    public void Text(int field, string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        Head(field, length);
        Encoding.UTF8.GetBytes(value, Take(length));
    }

    /// <summary>A field of bytes, or a message inside this one.</summary>
    public void Blob(int field, ReadOnlySpan<byte> value)
    {
        Head(field, value.Length);
        value.CopyTo(Take(value.Length));
    }

    /// <summary>The head of a field of bytes, text or a message, of which <paramref name="length"/> bytes follow.</summary>
    public void Head(int field, long length)
    {
        Key(field, Bytes);
        Raw((ulong)length);
    }

    /// <summary>The head of a packed field of <paramref name="count"/> doubles, which follow by <see cref="Packed"/>.</summary>
    public void PackedDoubles(int field, int count) => Head(field, (long)count * sizeof(double));

    /// <summary>One double of a packed field.</summary>
    public void Packed(double value) => BinaryPrimitives.WriteDoubleLittleEndian(Take(8), value);

    private void Key(int field, int wireType) => Raw((ulong)(field << 3 | wireType));

    private void Raw(ulong value)
    {
        for (; value > 0x7F; value >>= 7) Take(1)[0] = (byte)(value | 0x80);
        Take(1)[0] = (byte)value;
    }

    private Span<byte> Take(int count)
    {
        if (buffer.Length - Length < count) Array.Resize(ref buffer, Math.Max(2 * buffer.Length, Length + count));
        Length += count;
        return buffer.AsSpan(Length - count, count);
    }
}
