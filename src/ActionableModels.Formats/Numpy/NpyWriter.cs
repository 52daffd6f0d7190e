using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace ActionableModels.Formats.Numpy;

/// <summary>Writes headers of npy files, version 1.0, byte for byte as numpy does.</summary>
internal static class NpyWriter
{
    private const int Alignment = 64, FixedBytes = 10;
    // numpy leaves room for the first dimension to grow in place.
    private const int RoomForRows = 21;

    /// <summary>The header of an array in C's order.</summary>
    /// <param name="type">Type: <c>&lt;f4</c>, <c>|u1</c>.</param>
    /// <param name="shape">At least one dimension.</param>
    public static byte[] Header(string type, params ReadOnlySpan<long> shape)
    {
        var sides = string.Join(", ", shape.ToArray().Select(s => s.ToString(CultureInfo.InvariantCulture)));
        var text = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({sides}{(shape.Length == 1 ? "," : "")}), }}";
        text += new string(' ', RoomForRows - shape[0].ToString(CultureInfo.InvariantCulture).Length);
        var length = (FixedBytes + text.Length + 1 + Alignment - 1) / Alignment * Alignment - FixedBytes;
        var header = new byte[FixedBytes + length];
        ((ReadOnlySpan<byte>)[0x93, .. "NUMPY"u8, 1, 0]).CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)length);
        Encoding.ASCII.GetBytes(text.PadRight(length - 1) + "\n", header.AsSpan(FixedBytes));
        return header;
    }
}
