using System.Buffers.Binary;

namespace ActionableModels.Formats.Tests.Hdf5;

/// <summary>Damages a file, the same way for the same seed: mostly where its structure lies.</summary>
internal sealed class Hdf5Mutator(ulong seed)
{
    private static readonly byte[][] Marks = [.. new[] { "TREE", "SNOD", "HEAP", "GCOL", "OHDR", "FRHP", "FHDB", "BTHD", "BTLF", "FADB", "FAHD", "EAHD", "OCHK" }
        .Select(System.Text.Encoding.ASCII.GetBytes)];

    private ulong state = seed * 0x9E3779B97F4A7C15 | 1;

    /// <summary>A damaged copy.</summary>
    public byte[] Mutate(byte[] file, byte[][] others)
    {
        var bytes = (byte[])file.Clone();
        var places = Places(bytes);
        for (var left = 1 + Below(4); left > 0 && bytes.Length > 64; left--) bytes = Once(bytes, others, places);
        return bytes;
    }

    private byte[] Once(byte[] bytes, byte[][] others, List<int> places)
    {
        var at = Below(10) < 7 ? Math.Min(bytes.Length - 1, places[Below(places.Count)] + Below(96)) : Below(bytes.Length);
        var length = Math.Min(1 + Below(64), bytes.Length - at);
        switch (Below(10))
        {
            case 0 or 1:
                bytes[at] ^= (byte)(1 << Below(8));
                break;
            case 2:
                bytes[at] = (byte)Below(256);
                break;
            case 3 or 4 or 5:
                Number(bytes.AsSpan(at), bytes.Length);
                break;
            case 6:
                bytes.AsSpan(at, length).Fill((byte)(Below(2) * 255));
                break;
            case 7:
                bytes.AsSpan(Below(bytes.Length - length + 1), length).CopyTo(bytes.AsSpan(at));
                break;
            case 8:
                var other = others[Below(others.Length)];
                var part = Math.Min(length, other.Length);
                other.AsSpan(Below(other.Length - part + 1), part).CopyTo(bytes.AsSpan(at));
                break;
            default:
                if (Below(4) == 0) return bytes[..Math.Max(64, at)];
                return [.. bytes.AsSpan(0, at), .. bytes.AsSpan(at, length), .. bytes.AsSpan(at)];
        }
        return bytes;
    }

    // A length, a count or an address: 1, 2, 4 or 8 bytes on their boundary, made extreme or nearly right.
    private void Number(Span<byte> at, int fileLength)
    {
        Span<byte> whole = stackalloc byte[8];
        var size = 1 << Below(4);
        if (at.Length < size) return;
        at[..size].CopyTo(whole);
        var value = BinaryPrimitives.ReadUInt64LittleEndian(whole);
        value = Below(9) switch
        {
            0 => 0,
            1 => ulong.MaxValue,
            2 => value + 1,
            3 => value - 1,
            4 => value * 2,
            5 => (ulong)Below(fileLength),
            6 => (ulong)fileLength,
            7 => ulong.MaxValue >> 1,
            _ => 1ul << Below(64),
        };
        BinaryPrimitives.WriteUInt64LittleEndian(whole, value);
        whole[..size].CopyTo(at);
    }

    private static List<int> Places(byte[] bytes)
    {
        var places = new List<int> { 0, 32, 96 };
        foreach (var mark in Marks)
            for (var at = 0; bytes.AsSpan(at).IndexOf(mark) is var next && next >= 0; at += next + 1) places.Add(at + next);
        // Object headers of version 1 have no mark: version, zero, a small number of messages, a reference count of 1.
        for (var at = 0; at + 16 < bytes.Length; at += 8)
            if (bytes[at] == 1 && bytes[at + 1] == 0 && bytes[at + 2] is > 0 and < 16 && bytes[at + 3] == 0 && bytes[at + 4] == 1) places.Add(at);
        return places;
    }

    private int Below(int end)
    {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        return (int)(((state * 0x2545F4914F6CDD1D) >> 33) % (ulong)end);
    }
}
