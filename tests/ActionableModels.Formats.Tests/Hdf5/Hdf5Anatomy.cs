using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace ActionableModels.Formats.Tests.Hdf5;

/// <summary>Where the structures of a file lie (HDF5 File Format Specification 3.0), and which of them have a checksum.</summary>
internal sealed class Hdf5Anatomy
{
    private const int MostSealed = 1024, MostDepth = 8, Version1Prefix = 16;

    private static readonly byte[][] Marks = [.. new[] { "TREE", "SNOD", "HEAP", "GCOL", "OHDR", "OCHK", "FRHP", "FHDB", "FHIB", "FSHD", "FSSE", "BTHD", "BTIN",
        "BTLF", "FAHD", "FADB", "EAHD", "EAIB", "EASB", "EADB" }.Select(Encoding.ASCII.GetBytes)];

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'H', (byte)'D', (byte)'F', 0x0D, 0x0A, 0x1A, 0x0A];

    private readonly SortedDictionary<string, List<Part>> kinds = new(StringComparer.Ordinal);
    private readonly List<Seal> seals = [];
    private readonly int first;

    public Hdf5Anatomy(byte[] bytes)
    {
        Bytes = bytes;
        first = Math.Max(0, bytes.AsSpan().IndexOf(Signature));
        if (bytes.AsSpan(first).StartsWith(Signature))
        {
            Super = new(first, Math.Min(96, bytes.Length - first));
            SealOf(first);
        }
        foreach (var mark in Marks)
            for (var at = 0; bytes.AsSpan(at).IndexOf(mark) is var next && next >= 0; at++)
            {
                at += next;
                var kind = Encoding.ASCII.GetString(mark);
                Add(kind, at, kind is "TREE" or "SNOD" or "GCOL" ? 160 : 64);
                if (kind is not ("TREE" or "SNOD" or "HEAP" or "GCOL")) SealOf(at);
                if (kind == "OHDR") Header(at);
                // Length of the data segment at 8, its address at 24.
                if (kind == "HEAP" && Number(at + 24, 8) is var names) Add("names", first + names, (int)Math.Clamp(Number(at + 8, 8), 0, 96));
            }
        // Object headers of version 1 have no mark: version, zero, a small number of messages, a reference count of 1.
        for (var at = first; at + Version1Prefix < bytes.Length; at += 8)
            if (bytes[at] == 1 && bytes[at + 1] == 0 && bytes[at + 2] is > 0 and < 32 && bytes[at + 3] == 0 && Number(at + 4, 4) == 1)
            {
                Add("header", at, Version1Prefix);
                Messages(at + Version1Prefix, (int)Math.Min(Number(at + 8, 4), bytes.Length), 8, 1, 0);
            }
        Kinds = [.. kinds.Select(kind => (kind.Key, kind.Value))];
    }

    public byte[] Bytes { get; }

    /// <summary>The superblock; nothing where the bytes are no file.</summary>
    public Part Super { get; }

    /// <summary>Structures by what they are.</summary>
    public IReadOnlyList<(string Name, List<Part> Parts)> Kinds { get; }

    /// <summary>Structures with a checksum.</summary>
    public int Sealed => seals.Count;

    /// <summary>All structures of a kind.</summary>
    public List<Part>? Of(string kind) => kinds.GetValueOrDefault(kind);

    /// <summary>Makes the checksums of changed bytes right again.</summary>
    public void Reseal(byte[] changed)
    {
        foreach (var seal in seals)
        {
            if (seal.Place < seal.At + seal.Length) changed.AsSpan(seal.Place, 4).Clear();
            BinaryPrimitives.WriteUInt32LittleEndian(changed.AsSpan(seal.Place), Checksum(changed.AsSpan(seal.At, seal.Length)));
        }
    }

    private void Add(string kind, long at, int length)
    {
        if (at < 0 || at >= Bytes.Length || length <= 0) return;
        if (!kinds.TryGetValue(kind, out var parts)) kinds[kind] = parts = [];
        parts.Add(new((int)at, (int)Math.Min(length, Bytes.Length - at)));
    }

    private long Number(int at, int size)
    {
        Span<byte> whole = stackalloc byte[8];
        whole.Clear();
        if (at < 0 || at > Bytes.Length - size) return 0;
        Bytes.AsSpan(at, size).CopyTo(whole);
        return BinaryPrimitives.ReadInt64LittleEndian(whole);
    }

    private void Header(int at)
    {
        if (at + 32 > Bytes.Length) return;
        var flags = Bytes[at + 5];
        var (prefix, width) = (6 + ((flags & 0x20) != 0 ? 16 : 0) + ((flags & 0x10) != 0 ? 4 : 0), 1 << (flags & 3));
        Messages(at + prefix + width, (int)Math.Min(Number(at + prefix, width), Bytes.Length), (flags & 4) != 0 ? 6 : 4, 2, 0);
    }

    private void Messages(int at, int length, int prefix, int version, int depth)
    {
        for (var end = Math.Min(Bytes.Length, at + length); at + prefix <= end;)
        {
            var (type, size) = version == 1 ? ((int)Number(at, 2), (int)Number(at + 2, 2)) : (Bytes[at], (int)Number(at + 1, 2));
            if (type > 0x17) return;
            Add($"message {type:x2}", at, prefix + size);
            if (type == 0x10 && depth < MostDepth)
            {
                var (next, more) = (first + Number(at + prefix, 8), Number(at + prefix + 8, 8));
                var mark = version == 1 ? 0 : 4;
                if (next > 0 && next < Bytes.Length && more > 0 && more < Bytes.Length) Messages((int)next + mark, (int)more - 2 * mark, prefix, version, depth + 1);
            }
            at += prefix + size;
        }
    }

    // Most checksums stand behind what they are of; that of a heap's block stands in it, and counts as zero.
    private void SealOf(int at)
    {
        if (Bytes.AsSpan(at).StartsWith("FHDB"u8))
        {
            for (var length = 128; length <= Math.Min(4096, Bytes.Length - at); length += 128)
                for (var place = 14; place <= 24; place++)
                {
                    var block = Bytes.AsSpan(at, length).ToArray();
                    var sum = BinaryPrimitives.ReadUInt32LittleEndian(block.AsSpan(place));
                    block.AsSpan(place, 4).Clear();
                    if (Checksum(block) != sum) continue;
                    seals.Add(new(at, length, at + place));
                    return;
                }
            return;
        }
        for (var length = 8; length <= Math.Min(MostSealed, Bytes.Length - at - 4); length++)
            if (BinaryPrimitives.ReadUInt32LittleEndian(Bytes.AsSpan(at + length)) is var sum && Checksum(Bytes.AsSpan(at, length)) == sum)
            {
                seals.Add(new(at, length, at + length));
                return;
            }
    }

    // Bob Jenkins, lookup3: hashlittle with an initial value of zero.
    private static uint Checksum(ReadOnlySpan<byte> data)
    {
        uint a, b, c;
        a = b = c = 0xDEAD_BEEF + (uint)data.Length;
        Span<byte> last = stackalloc byte[12];
        while (data.Length > 12)
        {
            Take(data);
            a -= c; a ^= BitOperations.RotateLeft(c, 4); c += b;
            b -= a; b ^= BitOperations.RotateLeft(a, 6); a += c;
            c -= b; c ^= BitOperations.RotateLeft(b, 8); b += a;
            a -= c; a ^= BitOperations.RotateLeft(c, 16); c += b;
            b -= a; b ^= BitOperations.RotateLeft(a, 19); a += c;
            c -= b; c ^= BitOperations.RotateLeft(b, 4); b += a;
            data = data[12..];
        }
        if (data.IsEmpty) return c;
        last.Clear();
        data.CopyTo(last);
        Take(last);
        c ^= b; c -= BitOperations.RotateLeft(b, 14);
        a ^= c; a -= BitOperations.RotateLeft(c, 11);
        b ^= a; b -= BitOperations.RotateLeft(a, 25);
        c ^= b; c -= BitOperations.RotateLeft(b, 16);
        a ^= c; a -= BitOperations.RotateLeft(c, 4);
        b ^= a; b -= BitOperations.RotateLeft(a, 14);
        c ^= b; c -= BitOperations.RotateLeft(b, 24);
        return c;

        void Take(ReadOnlySpan<byte> from)
        {
            a += BinaryPrimitives.ReadUInt32LittleEndian(from);
            b += BinaryPrimitives.ReadUInt32LittleEndian(from[4..]);
            c += BinaryPrimitives.ReadUInt32LittleEndian(from[8..]);
        }
    }

    /// <summary>Bytes of one structure.</summary>
    public readonly record struct Part(int At, int Length);

    private readonly record struct Seal(int At, int Length, int Place);
}
