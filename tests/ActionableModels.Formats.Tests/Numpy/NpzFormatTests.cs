using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using ActionableModels.Formats.Numpy;
using ActionableModels.Formats.Sources;

namespace ActionableModels.Formats.Tests.Numpy;

/// <summary>Archives and headers of npz files, sound and hostile.</summary>
public sealed class NpzFormatTests
{
    [Theory]
    [InlineData("<f2", "003C", 1)]
    [InlineData(">f2", "3C00", 1)]
    [InlineData("<f4", "0000C0BF", -1.5)]
    [InlineData(">f4", "BFC00000", -1.5)]
    [InlineData("<f8", "000000000000F83F", 1.5)]
    [InlineData(">f8", "3FF8000000000000", 1.5)]
    [InlineData("|i1", "FE", -2)]
    [InlineData("<i2", "FEFF", -2)]
    [InlineData(">i2", "FFFE", -2)]
    [InlineData("<i4", "FEFFFFFF", -2)]
    [InlineData(">i4", "FFFFFFFE", -2)]
    [InlineData("<i8", "FEFFFFFFFFFFFFFF", -2)]
    [InlineData(">i8", "FFFFFFFFFFFFFFFE", -2)]
    [InlineData("|u1", "FE", 254)]
    [InlineData("<u2", "0102", 513)]
    [InlineData(">u2", "0102", 258)]
    [InlineData("<u4", "01000080", 2147483649.0)]
    [InlineData(">u4", "80000001", 2147483649.0)]
    [InlineData("<u8", "0200000000000000", 2)]
    [InlineData(">u8", "0000000000000002", 2)]
    [InlineData("|b1", "01", 1)]
    [InlineData("|b1", "00", 0)]
    public void Numbers_of_every_type_are_read(string type, string bytes, double value)
    {
        var parsed = NpyType.Parse(type);
        Assert.Equal((bytes.Length / 2, (float)value), (parsed.Bytes, parsed.Number(Convert.FromHexString(bytes))));
    }

    [Theory]
    [InlineData("<U3", "610000000001000000000000", "aĀ")]
    [InlineData(">U2", "0000006100000100", "aĀ")]
    [InlineData("|S4", "C3A40000", "ä")]
    public void Texts_are_read_without_their_padding(string type, string bytes, string text) =>
        Assert.Equal(text, NpyType.Parse(type).Text(Convert.FromHexString(bytes)));

    [Theory]
    [InlineData("<c8")]
    [InlineData("|O")]
    [InlineData("<M8[ns]")]
    [InlineData("<f3")]
    [InlineData("<f16")]
    [InlineData("|S0")]
    [InlineData("<U99999999")]
    [InlineData("")]
    [InlineData("<i8 ")]
    public void Other_types_are_not_read(string type) => Assert.Equal(NpyType.Unread, NpyType.Parse(type));

    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }", "<f4", false, "3,2")]
    [InlineData("{\"shape\":(3L,),\"descr\":\"|u1\",\"fortran_order\":True}   \n", "|u1", true, "3")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': ()}", "<f4", false, "")]
    [InlineData("{'descr': [('a', '<f4'), (']', '<i4', (2,))], 'fortran_order': False, 'shape': (1,)}", "[", false, "1")]
    public void Descriptions_are_read(string text, string type, bool fortran, string shape)
    {
        var description = NpyDescription.Parse(text)!;
        Assert.Equal((type, fortran, shape), (description.Type, description.Fortran, string.Join(",", description.Shape)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("{'descr': '<f4', 'fortran_order': False}")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (3)} x")]
    [InlineData("{'descr': '<f4', 'fortran_order': 0, 'shape': (3,)}")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-3,)}")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}")]
    [InlineData("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}")]
    [InlineData("{'descr': [[[[[, 'fortran_order': False, 'shape': (1,)}")]
    public void Other_descriptions_are_not(string text) => Assert.Null(NpyDescription.Parse(text));

    [Theory]
    [InlineData(2, 0)]
    [InlineData(3, 0)]
    public void Headers_with_long_lengths_are_read(byte major, byte minor)
    {
        var text = Encoding.UTF8.GetBytes("{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }\n");
        byte[] npy = [0x93, .. "NUMPY"u8, major, minor, (byte)text.Length, 0, 0, 0, .. text, 7, 8];
        using var folder = new NpzFolder();
        using var file = NpzFile.Open(folder.Write("a.npz", ("x", npy)));
        Assert.Equal((2L, text.Length + 12), (file.Arrays[0].Header.Rows, file.Arrays[0].Header.Bytes));
    }

    [Fact]
    public void Headers_are_written_as_numpy_writes_them() => Assert.Equal(
        "{'descr': '<f4', 'fortran_order': False, 'shape': (9, 5), }", Encoding.ASCII.GetString(NpyWriter.Header("<f4", 9, 5).AsSpan(10)).TrimEnd());

    [Fact]
    public void Headers_that_disagree_with_their_array_are_refused()
    {
        using var folder = new NpzFolder();
        Refused("takes 12 bytes, it has 8", NpzFolder.Npy("<f4", [3], new byte[8]));
        Refused("is of no array", Text("(9223372036854775807, 9223372036854775807)"));
        Refused("is of no array", Text("(0, 9223372036854775807)"));
        Refused("npy version is 4.0", [0x93, .. "NUMPY"u8, 4, 0, 0, 0]);
        Refused("does not begin", [.. "not an array at all"u8]);
        Refused("bytes are no npy array", [1, 2]);
        Refused("header is said to have 65535 bytes", [0x93, .. "NUMPY"u8, 1, 0, 0xff, 0xff, 1]);
        Refused("header is said to have", [0x93, .. "NUMPY"u8, 2, 0, 0xff, 0xff, 0xff, 0xff, 1]);
        Refused("no dictionary", [0x93, .. "NUMPY"u8, 1, 0, 2, 0, .. "[]"u8]);

        void Refused(string message, byte[] npy)
        {
            var e = Assert.Throws<SourceException>(() => NpzFile.Open(folder.Write("bad.npz", ("x", npy))));
            Assert.Equal("x", e.Field);
            Assert.Contains(message, e.Message);
        }

        static byte[] Text(string shape)
        {
            var text = $"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}\n";
            return [0x93, .. "NUMPY"u8, 1, 0, (byte)text.Length, 0, .. Encoding.ASCII.GetBytes(text)];
        }
    }

    [Fact]
    public void Hostile_archives_are_refused()
    {
        using var folder = new NpzFolder();
        var sound = File.ReadAllBytes(folder.Write("a.npz", CompressionLevel.Optimal, NpzFolder.Stored(3, 2)));
        var plain = File.ReadAllBytes(folder.Write("b.npz", CompressionLevel.NoCompression, NpzFolder.Stored(3, 2)));
        var (entry, second, end) = (sound.AsSpan().IndexOf("PK\x01\x02"u8), 0, sound.Length - 22);
        second = entry + 4 + sound.AsSpan(entry + 4).IndexOf("PK\x01\x02"u8);
        Refused("no ZIP archive ends there", sound[..^1]);
        Refused("no ZIP archive ends there", []);
        Refused("does not end at byte", [0, .. sound]);
        Refused("is encrypted", Edited(sound, entry + 8, 1));
        Refused("is packed by method 12", Edited(sound, entry + 10, 12));
        Refused("does not begin at byte", Edited(sound, entry + 42, 7));
        Refused("cannot", Edited(sound, entry + 26, 0xff));
        Refused("cannot", Edited(plain, plain.AsSpan().IndexOf("PK\x01\x02"u8) + 24, 1));
        Refused("another name", Edited(sound, entry + 46, (byte)'O'));
        Refused("does not end at byte", Edited(sound, end + 11, 0xff));
        Refused("split over several", Edited(sound, end + 4, 1));
        var overlapping = (byte[])sound.Clone();
        BinaryPrimitives.WriteUInt32LittleEndian(overlapping.AsSpan(entry + 20), BinaryPrimitives.ReadUInt32LittleEndian(overlapping.AsSpan(entry + 20)) + 1);
        Refused("overlaps the next", overlapping);
        var twice = folder.Write("twice.npz", NpzFolder.Stored(2)[0], NpzFolder.Stored(2)[0]);
        Assert.Contains("2 entries", Assert.Throws<SourceException>(() => NpzFile.Open(twice)).Message);
        Assert.True(second > entry);

        void Refused(string message, byte[] bytes)
        {
            File.WriteAllBytes(folder["bad.npz"], bytes);
            Assert.Contains(message, Assert.Throws<SourceException>(() => NpzFile.Open(folder["bad.npz"])).Message);
        }

        static byte[] Edited(byte[] bytes, int at, byte value)
        {
            var edited = (byte[])bytes.Clone();
            edited[at] = value;
            return edited;
        }
    }

    [Fact]
    public void An_entry_that_inflates_to_more_than_it_says_is_not_inflated_further()
    {
        using var folder = new NpzFolder();
        var path = folder.Write("bomb.npz", ("x", NpzFolder.Npy("|u1", [1 << 24], new byte[1 << 24])));
        var bytes = File.ReadAllBytes(path);
        var entry = bytes.AsSpan().IndexOf("PK\x01\x02"u8);
        // The directory and the header tell of an array of 16 bytes less.
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(entry + 24), (1 << 24) + 128 - 16);
        File.WriteAllBytes(path, bytes);
        Assert.Contains("takes 16777216 bytes", Assert.Throws<SourceException>(() => NpzFile.Open(path)).Message);
        using var archive = ArchiveFile.Open(path);
        using var reader = new EntryReader(archive, ZipDirectory.Read(archive).Single());
        reader.Skip((1 << 24) + 128 - 16);
        Assert.Contains("longer than", Assert.Throws<SourceException>(reader.Finish).Message);
    }

    [Fact]
    public void Arrays_in_Fortrans_order_are_refused_where_it_matters()
    {
        using var folder = new NpzFolder();
        var arrays = NpzFolder.Stored(3);
        arrays[1].Npy = Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(arrays[1].Npy).Replace("False", "True "));
        Assert.Contains("Fortran", Assert.Throws<SourceException>(() => NpzSource.Open(folder.Write("a.npz", arrays), new())).Message);
        arrays = NpzFolder.Stored(3);
        arrays[2].Npy = Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(arrays[2].Npy).Replace("False", "True "));
        NpzSource.Open(folder.Write("b.npz", arrays), new()).Dispose();
    }
}
