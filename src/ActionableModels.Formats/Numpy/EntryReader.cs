using System.Buffers;
using System.IO.Compression;
using ActionableModels.Compute;
using ActionableModels.Formats.Sources;
using ActionableModels.Imaging;

namespace ActionableModels.Formats.Numpy;

/// <summary>Reads one entry of an archive forward, at most the bytes that the directory says, and compares its checksum at the end.</summary>
internal sealed class EntryReader : IDisposable
{
    private const int AtOnce = 1 << 15;
    private readonly ArchiveFile file;
    private readonly ZipEntry entry;
    private readonly Stream? inflated;
    private uint crc;
    private bool whole = true;

    public EntryReader(ArchiveFile file, ZipEntry entry)
    {
        (this.file, this.entry) = (file, entry);
        if (!entry.Stored)
            inflated = new DeflateStream(new BufferedStream(new RangeStream(file, entry.Offset, entry.PackedBytes), AtOnce), CompressionMode.Decompress);
    }

    /// <summary>Bytes read or skipped so far.</summary>
    public long Position { get; private set; }

    /// <summary>Fills a span.</summary>
    /// <exception cref="SourceException">The entry is damaged or ends before.</exception>
    /// <exception cref="ActionableException">The disk gives the bytes not.</exception>
    public void Read(Span<byte> bytes)
    {
        if (bytes.Length > entry.Bytes - Position) throw Bad($"it ends at byte {entry.Bytes}, bytes up to {Position + bytes.Length} are needed");
        if (inflated is null) file.ReadExactly(entry.Offset + Position, bytes);
        else
            for (var done = 0; done < bytes.Length;)
            {
                var count = Inflate(bytes[done..]);
                if (count == 0) throw Bad($"its packed bytes end at byte {Position + done} of {entry.Bytes}");
                done += count;
            }
        if (whole) crc = Crc32.Of(bytes, crc);
        Position += bytes.Length;
    }

    /// <summary>Passes bytes over: stored ones are not read, and the checksum not compared then.</summary>
    public void Skip(long count)
    {
        if (count > entry.Bytes - Position) throw Bad($"it ends at byte {entry.Bytes}, bytes up to {Position + count} are needed");
        if (inflated is null)
        {
            whole &= count == 0;
            Position += count;
            return;
        }
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(count, AtOnce));
        try
        {
            for (; count > 0;)
            {
                var part = (int)Math.Min(count, buffer.Length);
                Read(buffer.AsSpan(0, part));
                count -= part;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Compares what was read with what the directory says, when all of it was.</summary>
    /// <exception cref="SourceException">It is longer, or its checksum another.</exception>
    public void Finish()
    {
        if (Position != entry.Bytes) return;
        Span<byte> more = stackalloc byte[1];
        if (inflated is not null && Inflate(more) != 0) throw Bad($"it is longer than the {entry.Bytes} bytes that the archive says");
        if (whole && crc != entry.Crc32) throw Bad($"its checksum is {crc:x8}, the archive says {entry.Crc32:x8}");
    }

    /// <inheritdoc/>
    public void Dispose() => inflated?.Dispose();

    private int Inflate(Span<byte> bytes)
    {
        try
        {
            return inflated!.Read(bytes);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw Bad($"its packed bytes cannot be unpacked behind byte {Position}", e);
        }
    }

    private SourceException Bad(string what, Exception? cause = null) =>
        new(file.Path, null, NpzFile.FieldName(entry), $"{what}: the file is damaged, restore it", cause);
}
