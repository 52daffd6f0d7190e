using System.Buffers.Binary;
using System.Text;

namespace ActionableModels.Tests.Metrics;

/// <summary>
/// A minimal reader of event files, written apart from the writer: records with a bitwise CRC-32C, and generic protobuf
/// fields.
/// </summary>
internal static class EventReader
{
    public static List<byte[]> Records(byte[] file)
    {
        var records = new List<byte[]>();
        for (var at = 0; at < file.Length;)
        {
            var length = (int)BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(at));
            Assert.Equal(Masked(file.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)));
            var data = file.AsSpan(at + 12, length).ToArray();
            Assert.Equal(Masked(data), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)));
            records.Add(data);
            at += 16 + length;
        }
        return records;
    }

    /// <summary>The fields of a message in order: integers as long, fixed ones as double or float, the rest as bytes.</summary>
    public static List<(int Field, object Value)> Fields(byte[] message)
    {
        var fields = new List<(int, object)>();
        var at = 0;
        while (at < message.Length)
        {
            var key = Varint(message, ref at);
            object value;
            switch (key & 7)
            {
                case 0: value = (long)Varint(message, ref at); break;
                case 1: value = BitConverter.ToDouble(message, at); at += 8; break;
                case 5: value = BitConverter.ToSingle(message, at); at += 4; break;
                default:
                    var length = (int)Varint(message, ref at);
                    value = message[at..(at + length)];
                    at += length;
                    break;
            }
            fields.Add(((int)(key >> 3), value));
        }
        return fields;
    }

    public static object Field(byte[] message, int field) => Fields(message).Single(f => f.Field == field).Value;
    public static byte[] Inner(byte[] message, int field) => (byte[])Field(message, field);
    public static string Text(byte[] message, int field) => Encoding.UTF8.GetString(Inner(message, field));
    public static double[] Doubles(byte[] packed) => [.. Enumerable.Range(0, packed.Length / 8).Select(i => BitConverter.ToDouble(packed, 8 * i))];

    private static ulong Varint(byte[] message, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var b = message[at++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80) return value;
        }
    }

    private static uint Masked(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var b in data)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) * 0x82F63B78);
        }
        crc = ~crc;
        return ((crc >> 15) | (crc << 17)) + 0xA282EAD8;
    }
}
