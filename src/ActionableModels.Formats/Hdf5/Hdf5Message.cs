using System.Buffers.Binary;
using System.Text;
using ActionableModels.Compute;

namespace ActionableModels.Formats.Hdf5;

/// <summary>Builds one request or answer: little-endian numbers, texts and bytes with their lengths before them.</summary>
internal sealed class Hdf5MessageWriter
{
    private byte[] bytes = new byte[256];

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>The message.</summary>
    public ReadOnlySpan<byte> Written => bytes.AsSpan(0, Length);

    /// <summary>Forgets what was written.</summary>
    public Hdf5MessageWriter Clear()
    {
        Length = 0;
        return this;
    }

    public Hdf5MessageWriter Byte(byte value)
    {
        Room(1)[0] = value;
        return this;
    }

    public Hdf5MessageWriter Int(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(Room(4), value);
        return this;
    }

    public Hdf5MessageWriter Long(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(Room(8), value);
        return this;
    }

    public Hdf5MessageWriter Text(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        Int(length);
        Encoding.UTF8.GetBytes(value, Room(length));
        return this;
    }

    public Hdf5MessageWriter Bytes(ReadOnlySpan<byte> value)
    {
        Int(value.Length);
        value.CopyTo(Room(value.Length));
        return this;
    }

    /// <summary>A part to be filled in.</summary>
    public Span<byte> Room(int count)
    {
        var needed = checked(Length + count);
        if (needed > bytes.Length) Array.Resize(ref bytes, (int)Math.Min(Array.MaxLength, Math.Max(needed, 2L * bytes.Length)));
        Length = needed;
        return bytes.AsSpan(needed - count, count);
    }
}

/// <summary>Takes a message apart; whatever its bytes, it reads nothing that is not there.</summary>
internal ref struct Hdf5MessageReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> rest = bytes;

    /// <summary>Bytes not read yet.</summary>
    public readonly int Left => rest.Length;

    public byte Byte() => Take(1)[0];

    public int Int() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public long Long() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    /// <summary>A number of things of which each takes at least some bytes of the message.</summary>
    public int Count(int bytesOfEach) => Int() is var count && count >= 0 && count <= rest.Length / bytesOfEach ? count : throw Damaged();

    public string Text() => Encoding.UTF8.GetString(Bytes());

    public ReadOnlySpan<byte> Bytes() => Take(Count(1));

    /// <summary>Demands that nothing is left.</summary>
    public readonly void Finish()
    {
        if (rest.Length > 0) throw Damaged();
    }

    /// <summary>The fault of a message that breaks the protocol.</summary>
    public static ActionableException Damaged() => new("the process that reads HDF5 files sent something unexpected: the file is damaged");

    private ReadOnlySpan<byte> Take(int count)
    {
        if ((uint)count > (uint)rest.Length) throw Damaged();
        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }
}
