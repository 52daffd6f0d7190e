using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using ActionableModels.Formats.Sources;

namespace ActionableModels.Formats.Rlds;

/// <summary>Makes numbers of tensors that are stored as bytes, plain or as zlib streams, which inflate to what is expected and no further.</summary>
internal sealed class TensorDecoder(SourceEpisode episode, RldsLeaf leaf, byte[] record, long largestValue)
{
    // Deflate makes at most 258 bytes of two bits.
    const int HighestRatio = 1032, StreamBytes = 64;

    readonly int size = leaf.Type.Size();
    // What an element takes, stored or as a float32.
    readonly int taken = Math.Max(sizeof(float), leaf.Type.Size());

    /// <summary>Decodes all tensors of a field.</summary>
    /// <param name="entries">Where they lie.</param>
    /// <param name="elements">Elements of each; null where the field's shape tells.</param>
    /// <param name="ends">For each row the number of tensors up to its end; becomes the number of values up to there. Null for one row of all.</param>
    /// <exception cref="SourceException">One is damaged, or not as long as expected.</exception>
    public float[] Decode((int Start, int Length)[] entries, long[]? elements, int[]? ends)
    {
        if (leaf.Varies) return DecodeVarying(entries, ends);
        var total = 0L;
        for (var i = 0; i < entries.Length; i++) total += CheckedBytes(i, entries[i].Length, (elements?[i] ?? leaf.Elements) * size);
        if (total / size * taken > Math.Min(largestValue, Array.MaxLength)) throw TooLarge(total / size * taken);
        var values = new float[total / size];
        var at = 0;
        var row = 0;
        SkipEmptyRows(ends, ref row, 0, 0);
        for (var i = 0; i < entries.Length; i++)
        {
            var count = (int)(elements?[i] ?? leaf.Elements);
            DecodeOne(i, entries[i], values.AsSpan(at, count));
            at += count;
            SkipEmptyRows(ends, ref row, i + 1, at);
        }
        return values;
    }

    // A row ends where its last tensor does; rows without tensors end with the one before.
    static void SkipEmptyRows(int[]? ends, ref int row, int tensors, int values)
    {
        while (ends is not null && row < ends.Length && ends[row] == tensors) ends[row++] = values;
    }

    float[] DecodeVarying((int Start, int Length)[] entries, int[]? ends)
    {
        var values = new List<float>();
        var row = 0;
        SkipEmptyRows(ends, ref row, 0, 0);
        for (var i = 0; i < entries.Length; i++)
        {
            var (start, length) = entries[i];
            var left = (Math.Min(largestValue, Array.MaxLength) - (long)values.Count * taken) / taken * size;
            byte[]? rented = null;
            try
            {
                if (leaf.Encoding == RldsEncoding.Zlib) length = InflateAll(i, start, length, left, out rented);
                var bytes = rented is null ? record.AsSpan(start, length) : rented.AsSpan(0, length);
                if (length > left) throw TooLarge((long)length / size * taken + (long)values.Count * taken);
                var unit = leaf.Elements * size;
                if (unit == 0 ? length != 0 : length % unit != 0)
                    throw Bad(Say($"tensor {i} has {length} bytes, which are not a multiple of {unit}"));
                var at = values.Count;
                CollectionsMarshal.SetCount(values, at + length / size);
                leaf.Type.Convert(bytes, CollectionsMarshal.AsSpan(values)[at..]);
            }
            finally
            {
                if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
            }
            SkipEmptyRows(ends, ref row, i + 1, values.Count);
        }
        return [.. values];
    }

    long CheckedBytes(int index, int stored, long expected)
    {
        if (leaf.Encoding == RldsEncoding.Bytes && stored != expected)
            throw Bad(Say($"tensor {index} has {stored} bytes, {expected} were expected ({leaf.Field.DataType})"));
        return leaf.Encoding == RldsEncoding.Bytes || expected <= (long)stored * HighestRatio ? expected
            : throw Bad(Say($"tensor {index} is a zlib stream of {stored} bytes, which cannot hold the {expected} that were expected"));
    }

    void DecodeOne(int index, (int Start, int Length) entry, Span<float> values)
    {
        if (leaf.Encoding == RldsEncoding.Bytes)
        {
            leaf.Type.Convert(record.AsSpan(entry.Start, entry.Length), values);
            return;
        }
        var count = values.Length * size;
        var rented = ArrayPool<byte>.Shared.Rent(Math.Max(1, count));
        try
        {
            var bytes = rented.AsSpan(0, count);
            using var zlib = Open(entry.Start, entry.Length);
            var got = Inflate(index, zlib, bytes);
            Span<byte> more = stackalloc byte[1];
            if (got < count || Inflate(index, zlib, more) > 0)
                throw Bad(Say($"tensor {index} inflates to {(got < count ? "only" : "more than")} {got} bytes, {count} were expected ")
                    + $"({leaf.Field.DataType})");
            RequireEnd(index, entry.Start, entry.Length, bytes);
            leaf.Type.Convert(bytes, values);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    int InflateAll(int index, int start, int length, long most, out byte[] rented)
    {
        var limit = (int)Math.Min(most, (long)length * HighestRatio) + 1;
        rented = ArrayPool<byte>.Shared.Rent(Math.Min(limit, Math.Max(StreamBytes, length * 4L) is var guess && guess < limit ? (int)guess : limit));
        using var zlib = Open(start, length);
        var got = 0;
        while (true)
        {
            var room = Math.Min(rented.Length, limit);
            got += Inflate(index, zlib, rented.AsSpan(got, room - got));
            if (got < room)
            {
                RequireEnd(index, start, length, rented.AsSpan(0, got));
                return got;
            }
            if (room == limit) throw TooLarge((long)got / size * taken);
            var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(limit, rented.Length * 2L));
            rented.AsSpan(0, got).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(rented);
            rented = larger;
        }
    }

    ZLibStream Open(int start, int length) => new(new MemoryStream(record, start, length, writable: false), CompressionMode.Decompress);

    int Inflate(int index, ZLibStream zlib, Span<byte> bytes)
    {
        try
        {
            return zlib.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw Bad(Say($"tensor {index} is no zlib stream, or a damaged one"), e);
        }
    }

    // ZLibStream takes a stream without its end for a whole one.
    void RequireEnd(int index, int start, int length, ReadOnlySpan<byte> inflated)
    {
        if (length < sizeof(uint) || BinaryPrimitives.ReadUInt32BigEndian(record.AsSpan(start + length - sizeof(uint))) != Adler32(inflated))
            throw Bad(Say($"tensor {index} is a zlib stream that does not end with the checksum of its bytes"));
    }

    static uint Adler32(ReadOnlySpan<byte> bytes)
    {
        const uint Modulus = 65521;
        // As many bytes as the sums can take before they have to be reduced.
        const int Run = 5552;
        var (a, b) = (1u, 0u);
        while (!bytes.IsEmpty)
        {
            var run = bytes[..Math.Min(Run, bytes.Length)];
            foreach (var value in run) b += a += value;
            (a, b) = (a % Modulus, b % Modulus);
            bytes = bytes[run.Length..];
        }
        return b << 16 | a;
    }

    SourceException TooLarge(long bytes) =>
        episode.Bad(leaf.Name, Say($"it takes {bytes} bytes or more, and more than {largestValue} are not read: choose another field, or ")
            + SourceOptions.AllowLarger);

    SourceException Bad(string what, Exception? cause = null) =>
        episode.Bad(leaf.Name, $"{what}: download the file again, or correct features.json", cause);

    static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
