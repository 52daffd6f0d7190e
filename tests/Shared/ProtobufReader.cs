using System.Text;

namespace ActionableModels.Tests.Shared;

/// <summary>A minimal reader of protocol-buffer messages, written apart from the writer.</summary>
internal static class ProtobufReader
{
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
}
