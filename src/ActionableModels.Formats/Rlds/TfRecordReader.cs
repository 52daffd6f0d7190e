using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using ActionableModels.Formats.Sources;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Rlds;

/// <summary>What lies at a place of a TFRecord file.</summary>
internal enum TfRecordKind
{
    /// <summary>A record whose two checksums are right.</summary>
    Record,
    /// <summary>A record that was passed over as asked.</summary>
    Skipped,
    /// <summary>A record that cannot be used; the next one can be read.</summary>
    Damaged,
    /// <summary>Nothing: the file ends here, as it should.</summary>
    End,
    /// <summary>Nothing that can be read, and no way to find what follows.</summary>
    Unreadable,
}

/// <summary>One answer of <see cref="TfRecordReader"/>.</summary>
/// <param name="Kind">What was found.</param>
/// <param name="Buffer">Rented from the shared pool, the record's data at its begin; null where there is no record.</param>
/// <param name="Length">Bytes of data.</param>
/// <param name="DataOffset">Place of the first byte of data in the file.</param>
/// <param name="What">What is wrong.</param>
/// <param name="Hint">What to do.</param>
internal readonly record struct TfRecordItem(TfRecordKind Kind, byte[]? Buffer = null, int Length = 0, long DataOffset = 0, string? What = null,
    string? Hint = null);

/// <summary>
/// Goes through a TFRecord file from record to record: length (8 bytes), its masked CRC-32C, the data, its masked CRC-32C. Reads each byte
/// once, in one call for a record and the head of the next. Memory is rented only for records that the file is long enough for.
/// </summary>
internal sealed class TfRecordReader : IDisposable
{
    const int HeadBytes = 12, TailBytes = 4;
    const string Restore = "download the file again";

    readonly Stream stream;
    readonly long length, largest;
    readonly byte[] head = new byte[HeadBytes];
    bool headRead;

    /// <summary>A reader at the begin of a file.</summary>
    /// <param name="stream">The file, which can seek; disposed with the reader.</param>
    /// <param name="largest">A longer record is damaged, in bytes.</param>
    public TfRecordReader(Stream stream, long largest) =>
        (this.stream, length, this.largest) = (stream, stream.Length, Math.Min(largest, Array.MaxLength - HeadBytes - TailBytes));

    /// <summary>Place of the next record.</summary>
    public long Offset { get; private set; }
    /// <summary>Number of the next record.</summary>
    public long Record { get; private set; }
    /// <summary>Whether nothing follows.</summary>
    public bool AtEnd => Offset == length;

    /// <summary>Goes to a place where a record begins.</summary>
    public void Seek(long offset, long record) => (Offset, Record, headRead) = (offset, record, false);

    /// <summary>Reads the next record and goes behind it; stays where it is where that cannot be done.</summary>
    public TfRecordItem Read() => Next(skip: false);

    /// <summary>Goes behind the next record, of which only the head is read.</summary>
    public TfRecordItem Skip() => Next(skip: true);

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();

    TfRecordItem Next(bool skip)
    {
        var left = length - Offset;
        if (left == 0) return new(TfRecordKind.End);
        if (left < HeadBytes)
            return Unreadable(left < 0 ? Say($"it has {length} bytes, and byte {Offset} was to be read") : Say($"it is cut off at byte {length}"));
        if (!headRead && !Fill(Offset, head)) return Shorter();
        var size = BinaryPrimitives.ReadUInt64LittleEndian(head);
        if (TfRecord.MaskedCrc32C(head.AsSpan(0, 8)) != BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(8)))
            return Offset == 0 && Compression(head) is { } name ? Unreadable($"it is compressed ({name}), which is not read", "decompress it first")
                : Unreadable(Say($"the checksum of the length at byte {Offset} is wrong"));
        if (left < HeadBytes + TailBytes || size > (ulong)(left - HeadBytes - TailBytes))
            return Unreadable(Say($"it is cut off at byte {length}, in a record of {size} bytes that begins at byte {Offset}"));
        var data = Offset + HeadBytes;
        var next = data + (long)size + TailBytes;
        if (skip || (long)size > largest)
        {
            Advance(next, false);
            return skip ? new(TfRecordKind.Skipped)
                : new(TfRecordKind.Damaged, What: Say($"it has {size} bytes, more than the {largest} that are read"), Hint: SourceOptions.AllowLarger);
        }
        var ahead = length - next >= HeadBytes;
        var count = (int)size;
        var buffer = ArrayPool<byte>.Shared.Rent(count + TailBytes + HeadBytes);
        var kept = false;
        try
        {
            if (!Fill(data, buffer.AsSpan(0, count + TailBytes + (ahead ? HeadBytes : 0)))) return Shorter();
            if (ahead) buffer.AsSpan(count + TailBytes, HeadBytes).CopyTo(head);
            Advance(next, ahead);
            if (TfRecord.MaskedCrc32C(buffer.AsSpan(0, count)) != BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(count)))
                return new(TfRecordKind.Damaged, What: "the checksum of its data is wrong", Hint: Restore);
            kept = true;
            return new(TfRecordKind.Record, buffer, count, data);
        }
        finally
        {
            if (!kept) ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    void Advance(long offset, bool ahead) => (Offset, Record, headRead) = (offset, Record + 1, ahead);

    bool Fill(long offset, Span<byte> bytes)
    {
        stream.Position = offset;
        return stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length;
    }

    static string? Compression(ReadOnlySpan<byte> head) => head switch
    {
        [0x1F, 0x8B, ..] => "gzip",
        [0x78, 0x01 or 0x5E or 0x9C or 0xDA, ..] => "zlib",
        _ => null,
    };

    TfRecordItem Shorter() => Unreadable(Say($"it had {length} bytes and became shorter while it was read"), "let nobody write to it and start again");

    static TfRecordItem Unreadable(string what, string hint = Restore) => new(TfRecordKind.Unreadable, What: what, Hint: hint);

    static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
