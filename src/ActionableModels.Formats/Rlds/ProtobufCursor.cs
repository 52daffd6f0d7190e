using System.Globalization;
using ActionableModels.Compute;

namespace ActionableModels.Formats.Rlds;

/// <summary>
/// Goes through the fields of a protocol-buffer message that lies in a longer span; places are counted from that span's begin. Every length
/// is checked against the message that it lies in.
/// </summary>
internal ref struct ProtobufCursor
{
    public const int VarintType = 0, BytesType = 2, Fixed32Type = 5;
    const int Fixed64Type = 1, GroupType = 3, EndGroupType = 4;
    const int DeepestGroup = 32;

    readonly ReadOnlySpan<byte> bytes;
    readonly int end;

    /// <summary>A cursor before the first field.</summary>
    /// <param name="bytes">What the message lies in.</param>
    /// <param name="start">Its first byte.</param>
    /// <param name="length">Its length.</param>
    public ProtobufCursor(ReadOnlySpan<byte> bytes, int start, int length)
    {
        this.bytes = bytes;
        At = start;
        end = start + length;
    }

    /// <summary>Place of the next byte.</summary>
    public int At { get; private set; }

    /// <summary>Reads the key of the next field; false at the message's end.</summary>
    /// <exception cref="ActionableException">It is no key.</exception>
    public bool Next(out int field, out int wireType)
    {
        (field, wireType) = (0, 0);
        if (At == end) return false;
        var key = Varint();
        if (key is < 8 or > uint.MaxValue) throw Bad("a field number that cannot be");
        (field, wireType) = ((int)(key >> 3), (int)(key & 7));
        return true;
    }

    /// <summary>Reads an integer of at most 64 bits.</summary>
    /// <exception cref="ActionableException">It is longer, or the message ends in it.</exception>
    public ulong Varint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (At == end) throw Bad("a number that is cut off");
            var b = bytes[At++];
            if (shift == 63 && b > 1) break;
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80) return value;
        }
        throw Bad("a number of more than 64 bits");
    }

    /// <summary>Reads the length of a field of bytes and goes behind it.</summary>
    /// <returns>Its place.</returns>
    /// <exception cref="ActionableException">It is longer than the message.</exception>
    public (int Start, int Length) Blob()
    {
        var length = Varint();
        var start = At;
        Forward(length);
        return (start, (int)length);
    }

    /// <summary>The same for a field whose type has to be that.</summary>
    public (int Start, int Length) Blob(int wireType) =>
        wireType == BytesType ? Blob() : throw Bad("a field of the wrong wire type");

    /// <summary>Goes behind the value of a field that is not known.</summary>
    /// <exception cref="ActionableException">The message ends in it, its type cannot be, or groups are nested too deep.</exception>
    public void Skip(int field, int wireType)
    {
        Span<int> groups = stackalloc int[DeepestGroup];
        var depth = 0;
        while (true)
        {
            switch (wireType)
            {
                case VarintType: Varint(); break;
                case Fixed64Type: Forward(8); break;
                case BytesType: Blob(); break;
                case Fixed32Type: Forward(4); break;
                case GroupType when depth < DeepestGroup: groups[depth++] = field; break;
                case GroupType: throw Bad("groups that are nested too deep");
                case EndGroupType when depth > 0 && groups[depth - 1] == field: depth--; break;
                default: throw Bad("a wire type that cannot be");
            }
            if (depth == 0) return;
            if (!Next(out field, out wireType)) throw Bad("a group that is cut off");
        }
    }

    void Forward(ulong count)
    {
        if (count > (ulong)(end - At)) throw Bad("a value that is cut off");
        At += (int)count;
    }

    /// <summary>The fault that something here cannot be.</summary>
    public readonly ActionableException Bad(string what) => new(string.Create(CultureInfo.InvariantCulture, $"{what}, before byte {At}"));
}
