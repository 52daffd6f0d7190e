using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using ActionableModels.Formats.Rlds;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Tests.Rlds;

/// <summary>Record framing, against the vectors of dataset-formats.md 1.4.</summary>
public sealed class TfRecordReaderTests
{
    private static readonly byte[] Empty = Convert.FromHexString("000000000000000029039807d8ea82a2");
    private static readonly byte[] Abc = Convert.FromHexString("0300000000000000b099490e6162636e57f121");
    private static readonly byte[] Example = Convert.FromHexString(
        "0a290a0b0a01611206" + "1a040a020102" + "0a0d0a016212081206" + "0a040000003f" + "0a0b0a016312060a040a026869");

    [Theory]
    [InlineData("313233343536373839", 0xE3069283, 0xC78AB0E5)]
    [InlineData("0000000000000000", 0x8C28B28A, 0x07980329)]
    [InlineData("", 0x00000000, 0xA282EAD8)]
    [InlineData("0300000000000000", 0x576C35E3, 0x0E4999B0)]
    [InlineData("616263", 0x364B3FB7, 0x21F1576E)]
    [InlineData("2b00000000000000", 0x185754A0, 0x4BC31B86)]
    public void Checksums_are_those_of_the_format(string hex, uint crc, uint masked)
    {
        Assert.Equal(crc, TfRecord.Crc32C(Convert.FromHexString(hex)));
        Assert.Equal(masked, TfRecord.MaskedCrc32C(Convert.FromHexString(hex)));
    }

    [Fact]
    public void Records_are_read_with_their_places()
    {
        byte[] file = [.. Empty, .. Abc, .. RldsBytes.Records(Example)];
        Assert.Equal(43, Example.Length);
        Assert.Equal(0x5EC1B60Fu, TfRecord.Crc32C(Example));
        Assert.Equal(Convert.FromHexString("2b00000000000000861bc34b"), file.AsSpan(35, 12));
        Assert.Equal(Convert.FromHexString("5ba8a10e"), file.AsSpan(^4));
        using var reader = Reader(file);
        Check(reader, [], 12, 16);
        Check(reader, "abc"u8, 28, 35);
        Check(reader, Example, 47, file.Length);
        Assert.True(reader.AtEnd);
        Assert.Equal(TfRecordKind.End, reader.Read().Kind);
        Assert.Equal(3, reader.Record);

        reader.Seek(16, 1);
        Assert.Equal(TfRecordKind.Skipped, reader.Skip().Kind);
        Check(reader, Example, 47, file.Length);
    }

    [Fact]
    public void A_wrong_checksum_of_data_takes_that_record_only()
    {
        byte[] file = [.. Abc, .. Abc, .. Abc];
        file[^(19 + 5)] ^= 1;
        using var reader = Reader(file);
        Check(reader, "abc"u8, 12, 19);
        var bad = reader.Read();
        Assert.Equal((TfRecordKind.Damaged, "the checksum of its data is wrong", null), (bad.Kind, bad.What, bad.Buffer));
        Check(reader, "abc"u8, 50, 57);
    }

    [Fact]
    public void A_wrong_checksum_of_a_length_ends_the_file()
    {
        for (var i = 0; i < 12; i++)
        {
            byte[] file = [.. Abc, .. Abc];
            file[19 + i] ^= 4;
            using var reader = Reader(file);
            Check(reader, "abc"u8, 12, 19);
            for (var again = 0; again < 2; again++)
            {
                var bad = reader.Read();
                Assert.Equal((TfRecordKind.Unreadable, "the checksum of the length at byte 19 is wrong"), (bad.Kind, bad.What));
            }
        }
    }

    [Fact]
    public void A_file_cut_off_at_any_byte_is_named()
    {
        byte[] file = [.. Empty, .. Abc];
        for (var length = 0; length < file.Length; length++)
        {
            using var reader = Reader(file[..length]);
            if (length >= 16) Check(reader, [], 12, 16);
            var item = reader.Read();
            Assert.Equal(length is 0 or 16 ? TfRecordKind.End : TfRecordKind.Unreadable, item.Kind);
            if (item.Kind == TfRecordKind.Unreadable) Assert.Contains($"cut off at byte {length}", item.What);
            using var skipping = Reader(file[..length]);
            if (length >= 16) Assert.Equal(TfRecordKind.Skipped, skipping.Skip().Kind);
            Assert.Equal(length is 0 or 16 ? TfRecordKind.End : TfRecordKind.Unreadable, skipping.Skip().Kind);
        }
    }

    [Fact]
    public void A_record_longer_than_allowed_is_passed_over()
    {
        byte[] file = [.. RldsBytes.Records(new byte[101]), .. Abc];
        using var reader = Reader(file, 100);
        var bad = reader.Read();
        Assert.Equal((TfRecordKind.Damaged, "it has 101 bytes, more than the 100 that are read"), (bad.Kind, bad.What));
        Check(reader, "abc"u8, 117 + 12, file.Length);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    public void A_length_beyond_the_file_rents_no_memory(long length)
    {
        var head = new byte[40];
        BinaryPrimitives.WriteInt64LittleEndian(head, length);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(8), TfRecord.MaskedCrc32C(head.AsSpan(0, 8)));
        using var reader = Reader(head, long.MaxValue);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(TfRecordKind.Unreadable, reader.Read().Kind);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000);
    }

    [Fact]
    public void Compressed_files_are_named()
    {
        using var gzip = new MemoryStream();
        using (var stream = new GZipStream(gzip, CompressionMode.Compress, leaveOpen: true)) stream.Write(Abc);
        foreach (var (file, name) in new[] { (gzip.ToArray(), "gzip"), (RldsBytes.Zlib(Abc), "zlib") })
        {
            using var reader = Reader(file);
            var item = reader.Read();
            Assert.Equal(TfRecordKind.Unreadable, item.Kind);
            Assert.Equal(($"it is compressed ({name}), which is not read", "decompress it first"), (item.What, item.Hint));
        }
    }

    private static TfRecordReader Reader(byte[] file, long largest = 1 << 20) => new(new MemoryStream(file), largest);

    private static void Check(TfRecordReader reader, ReadOnlySpan<byte> data, long offset, long next)
    {
        var item = reader.Read();
        Assert.Equal((TfRecordKind.Record, data.Length, offset), (item.Kind, item.Length, item.DataOffset));
        Assert.Equal(data, item.Buffer.AsSpan(0, item.Length));
        Assert.Equal(next, reader.Offset);
        ArrayPool<byte>.Shared.Return(item.Buffer!);
    }
}
