using System.Buffers.Binary;
using System.Text;
using ActionableModels.Formats.Sources;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Numpy;

/// <summary>
/// The directory of a ZIP archive (PKWARE's APPNOTE 6.3, with zip64), checked completely before any entry is read: entries lie between the
/// beginning and the directory, overlap nowhere, agree with their local headers and claim no more bytes than deflate can hold.
/// <see cref="System.IO.Compression.ZipArchive"/> tells neither where an entry's bytes lie, which reading frames in place needs, nor of overlaps.
/// </summary>
internal static class ZipDirectory
{
    private const uint EndMark = 0x06054b50, End64Mark = 0x06064b50, Locator64Mark = 0x07064b50, EntryMark = 0x02014b50, LocalMark = 0x04034b50;
    private const int EndBytes = 22, End64Bytes = 56, Locator64Bytes = 20, EntryBytes = 46, LocalBytes = 30, LongestComment = ushort.MaxValue;
    private const int LongestDirectory = 4 << 20, MostEntries = 1000;
    private const ushort Encrypted = 1, Patched = 1 << 5, StrongEncryption = 1 << 6, Masked = 1 << 13;
    // A deflated bit pair can stand for 258 bytes.
    private const long LargestRatio = 1032, RatioSlack = 1 << 16;

    /// <summary>Reads the directory of an archive.</summary>
    /// <exception cref="SourceException">It is no archive, damaged, or uses what this does not read.</exception>
    public static ZipEntry[] Read(ArchiveFile file)
    {
        var (count, bytes, offset) = FindDirectory(file);
        if (count > MostEntries || bytes > LongestDirectory)
            throw file.Bad($"the archive has {count} entries in a directory of {bytes} bytes, more than {MostEntries} in {LongestDirectory}: "
                + "write the arrays of one dataset only");
        var directory = new byte[bytes];
        file.ReadExactly(offset, directory);
        var entries = new List<(ZipEntry Entry, long Header)>((int)count);
        var at = 0;
        for (var i = 0; i < count; i++) entries.Add(ReadEntry(file, directory, ref at, i, offset));
        if (at != directory.Length) throw Damaged(file, $"its directory has {directory.Length} bytes, its {count} entries take {at}");
        Check(file, entries, offset);
        return [.. entries.Select(e => e.Entry)];
    }

    private static (long Count, long Bytes, long Offset) FindDirectory(ArchiveFile file)
    {
        var tail = new byte[Math.Min(file.Length, EndBytes + LongestComment)];
        file.ReadExactly(file.Length - tail.Length, tail);
        for (var at = tail.Length - EndBytes; at >= 0; at--)
        {
            var end = tail.AsSpan(at);
            if (U32(end, 0) != EndMark || EndBytes + U16(end, 20) != end.Length) continue;
            var place = file.Length - tail.Length + at;
            if (U16(end, 4) is not (0 or ushort.MaxValue) || U16(end, 6) is not (0 or ushort.MaxValue))
                throw file.Bad("the archive is split over several files: join them");
            var (count, bytes, offset) = ((long)U16(end, 10), (long)U32(end, 12), (long)U32(end, 16));
            if (count == ushort.MaxValue || bytes == uint.MaxValue || offset == uint.MaxValue) (count, bytes, offset, place) = FindDirectory64(file, place);
            if (bytes < 0 || offset < 0 || count < 0 || bytes > place || offset != place - bytes || count > bytes / EntryBytes)
                throw Damaged(file, $"its directory of {count} entries in {bytes} bytes at byte {offset} does not end at byte {place}");
            return (count, bytes, offset);
        }
        throw file.Bad("no ZIP archive ends there, as every npz file is one: the file is cut off or is no npz, restore it");
    }

    private static (long Count, long Bytes, long Offset, long Place) FindDirectory64(ArchiveFile file, long end)
    {
        Span<byte> locator = stackalloc byte[Locator64Bytes];
        if (end < Locator64Bytes + End64Bytes) throw Damaged(file, "its zip64 directory is missing");
        file.ReadExactly(end - Locator64Bytes, locator);
        var place = (long)U64(locator, 8);
        if (U32(locator, 0) != Locator64Mark || U32(locator, 16) > 1) throw Damaged(file, "its zip64 directory is missing");
        if (place < 0 || place > end - Locator64Bytes - End64Bytes) throw Damaged(file, $"its zip64 directory lies at byte {place}");
        Span<byte> end64 = stackalloc byte[End64Bytes];
        file.ReadExactly(place, end64);
        if (U32(end64, 0) != End64Mark) throw Damaged(file, $"its zip64 directory is not at byte {place}");
        return ((long)U64(end64, 32), (long)U64(end64, 40), (long)U64(end64, 48), place);
    }

    private static (ZipEntry, long) ReadEntry(ArchiveFile file, byte[] directory, ref int at, int number, long limit)
    {
        if (directory.Length - at < EntryBytes || U32(directory.AsSpan(at), 0) != EntryMark)
            throw Damaged(file, $"entry {number} of its directory is missing");
        var head = directory.AsSpan(at, EntryBytes);
        var (nameBytes, extraBytes, commentBytes) = (U16(head, 28), U16(head, 30), U16(head, 32));
        if (directory.Length - at - EntryBytes < nameBytes + extraBytes + commentBytes)
            throw Damaged(file, $"entry {number} of its directory is cut off");
        var nameSpan = directory.AsSpan(at + EntryBytes, nameBytes);
        var extra = directory.AsSpan(at + EntryBytes + nameBytes, extraBytes);
        at += EntryBytes + nameBytes + extraBytes + commentBytes;
        var name = Encoding.UTF8.GetString(nameSpan);
        var (flags, method) = (U16(head, 8), U16(head, 10));
        if ((flags & (Encrypted | StrongEncryption | Masked)) != 0)
            throw file.Bad($"entry {FileFault.Quote(name)} is encrypted: write it without a password");
        if ((flags & Patched) != 0 || method is not (0 or 8))
            throw file.Bad($"entry {FileFault.Quote(name)} is packed by method {method}: store or deflate it, as numpy does");
        var (packed, bytes, header) = Sizes(file, name, head, extra);
        if (packed < 0 || bytes < 0 || header < 0 || header > limit - LocalBytes) throw Damaged(file, $"the sizes of entry {FileFault.Quote(name)} are not valid");
        var offset = Begin(file, name, nameSpan, method, header, limit);
        if (packed > limit - offset) throw Damaged(file, $"entry {FileFault.Quote(name)} of {packed} bytes reaches into the directory");
        if (method == 0 ? packed != bytes : bytes > packed * LargestRatio + RatioSlack)
            throw Damaged(file, $"entry {FileFault.Quote(name)} is said to hold {bytes} bytes, its {packed} packed ones cannot");
        return (new(name, method == 0, U32(head, 16), packed, bytes, offset), header);
    }

    private static (long Packed, long Bytes, long Header) Sizes(ArchiveFile file, string name, ReadOnlySpan<byte> head, ReadOnlySpan<byte> extra)
    {
        var (packed, bytes, header) = ((long)U32(head, 20), (long)U32(head, 24), (long)U32(head, 42));
        if (packed != uint.MaxValue && bytes != uint.MaxValue && header != uint.MaxValue) return (packed, bytes, header);
        while (extra.Length >= 4)
        {
            var (id, length) = (U16(extra, 0), U16(extra, 2));
            if (length > extra.Length - 4) break;
            var field = extra.Slice(4, length);
            extra = extra[(4 + length)..];
            if (id != 1) continue;
            if (bytes == uint.MaxValue) bytes = Next(ref field);
            if (packed == uint.MaxValue) packed = Next(ref field);
            if (header == uint.MaxValue) header = Next(ref field);
            return (packed, bytes, header);
        }
        throw Damaged(file, $"the zip64 sizes of entry {FileFault.Quote(name)} are missing");

        static long Next(ref ReadOnlySpan<byte> field)
        {
            if (field.Length < 8) return -1;
            var value = (long)U64(field, 0);
            field = field[8..];
            return value;
        }
    }

    private static long Begin(ArchiveFile file, string name, ReadOnlySpan<byte> nameBytes, ushort method, long header, long limit)
    {
        Span<byte> local = stackalloc byte[LocalBytes];
        file.ReadExactly(header, local);
        var begin = header + LocalBytes + U16(local, 26) + U16(local, 28);
        if (U32(local, 0) != LocalMark || U16(local, 8) != method || U16(local, 26) != nameBytes.Length || begin > limit)
            throw Damaged(file, $"entry {FileFault.Quote(name)} does not begin at byte {header}");
        var own = new byte[nameBytes.Length];
        file.ReadExactly(header + LocalBytes, own);
        return own.AsSpan().SequenceEqual(nameBytes) ? begin : throw Damaged(file, $"entry {FileFault.Quote(name)} has another name where it lies");
    }

    private static void Check(ArchiveFile file, List<(ZipEntry Entry, long Header)> entries, long limit)
    {
        if (entries.GroupBy(e => e.Entry.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw file.Bad($"there are {twice.Count()} entries {FileFault.Quote(twice.Key)}: write each array once");
        var end = limit;
        foreach (var (entry, header) in entries.OrderByDescending(e => e.Header))
        {
            if (entry.Offset + entry.PackedBytes > end) throw Damaged(file, $"entry {FileFault.Quote(entry.Name)} overlaps the next");
            end = header;
        }
    }

    private static SourceException Damaged(ArchiveFile file, string what) => file.Bad($"the archive is damaged, {what}: restore it");

    private static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static ulong U64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
}
