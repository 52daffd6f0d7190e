using System.Buffers.Binary;

namespace ActionableModels.Formats.Tests.Hdf5;

/// <summary>
/// Damages a file, the same way for the same seed: each kind of structure as often as any other, checksums made right again, so that the damage
/// reaches what reads the structure. Three files of four keep their superblock.
/// </summary>
internal sealed class Hdf5Mutator(ulong seed)
{
    private ulong state = seed * 0x9E3779B97F4A7C15 | 1;

    /// <summary>A damaged copy.</summary>
    public byte[] Mutate(Hdf5Anatomy file, Hdf5Anatomy[] others)
    {
        var bytes = (byte[])file.Bytes.Clone();
        if (bytes.Length == 0) return bytes;
        // The first numbers of small seeds are alike.
        for (var i = 0; i < 4; i++) Below(2);
        if (Below(4) == 0 && file.Super.Length > 0) Damage(bytes, file.Super, file, file.Super);
        for (var left = 1 + Below(4); left > 0; left--) Once(bytes, file, others);
        if (Below(16) > 0) file.Reseal(bytes);
        return Below(20) == 0 ? Shifted(bytes) : bytes;
    }

    private void Once(byte[] bytes, Hdf5Anatomy file, Hdf5Anatomy[] others)
    {
        if (file.Kinds.Count == 0 || Below(12) == 0)
        {
            var at = Below(bytes.Length);
            Damage(bytes, new(at, Math.Min(64, bytes.Length - at)), file, new(at, 1));
            return;
        }
        var (kind, parts) = file.Kinds[Below(file.Kinds.Count)];
        var part = parts[Below(parts.Count)];
        if (Below(8) > 0)
        {
            Damage(bytes, part, file, parts[Below(parts.Count)]);
            return;
        }
        var other = others[Below(others.Length)];
        if (other.Of(kind) is not { } alike) return;
        var from = alike[Below(alike.Count)];
        other.Bytes.AsSpan(from.At, Math.Min(from.Length, part.Length)).CopyTo(bytes.AsSpan(part.At));
    }

    private void Damage(byte[] bytes, Hdf5Anatomy.Part part, Hdf5Anatomy file, Hdf5Anatomy.Part alike)
    {
        var at = part.At + Below(part.Length);
        var length = Math.Min(1 + Below(16), part.At + part.Length - at);
        switch (Below(12))
        {
            case 0 or 1:
                bytes[at] ^= (byte)(1 << Below(8));
                break;
            case 2:
                bytes[at] = (byte)Below(256);
                break;
            case 3 or 4 or 5 or 6 or 7:
                Number(bytes, part, file);
                break;
            case 8:
                bytes.AsSpan(at, length).Fill((byte)(Below(2) * 255));
                break;
            case 9:
                bytes.AsSpan(alike.At, Math.Min(alike.Length, part.Length)).CopyTo(bytes.AsSpan(part.At));
                break;
            case 10:
                bytes.AsSpan(Below(bytes.Length - length + 1), length).CopyTo(bytes.AsSpan(at));
                break;
            default:
                bytes.AsSpan(at, length).CopyTo(bytes.AsSpan(part.At + Below(part.Length - length + 1)));
                break;
        }
    }

    // A length, a count or an address: 1, 2, 4 or 8 bytes, made extreme, nearly right, or the place of another structure.
    private void Number(byte[] bytes, Hdf5Anatomy.Part part, Hdf5Anatomy file)
    {
        Span<byte> whole = stackalloc byte[8];
        whole.Clear();
        var size = 1 << Below(4);
        var at = part.At + Below(part.Length);
        if (Below(4) > 0) at = part.At + (at - part.At) / size * size;
        if (at + size > bytes.Length) return;
        bytes.AsSpan(at, size).CopyTo(whole);
        var value = BinaryPrimitives.ReadUInt64LittleEndian(whole);
        value = Below(12) switch
        {
            0 => 0,
            1 => ulong.MaxValue,
            2 => value + 1,
            3 => value - 1,
            4 => value * 2,
            5 => (ulong)Below(bytes.Length),
            6 => (ulong)bytes.Length,
            7 => ulong.MaxValue >> 1,
            8 => value + 8,
            9 => 1ul << Below(64),
            10 => (ulong)(part.At - file.Super.At),
            _ => Somewhere(file),
        };
        BinaryPrimitives.WriteUInt64LittleEndian(whole, value);
        whole[..size].CopyTo(bytes.AsSpan(at));
    }

    private ulong Somewhere(Hdf5Anatomy file)
    {
        if (file.Kinds.Count == 0) return (ulong)Below(file.Bytes.Length);
        var parts = file.Kinds[Below(file.Kinds.Count)].Parts;
        return (ulong)(parts[Below(parts.Count)].At - file.Super.At);
    }

    private byte[] Shifted(byte[] bytes)
    {
        var at = Below(bytes.Length);
        var length = Math.Min(1 + Below(64), bytes.Length - at);
        return Below(4) switch
        {
            0 => bytes[..Math.Max(Math.Min(64, bytes.Length), at)],
            1 => [.. bytes.AsSpan(0, at), .. bytes.AsSpan(at + length)],
            _ => [.. bytes.AsSpan(0, at), .. bytes.AsSpan(at, length), .. bytes.AsSpan(at)],
        };
    }

    private int Below(int end)
    {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        return (int)(((state * 0x2545F4914F6CDD1D) >> 33) % (ulong)end);
    }
}
