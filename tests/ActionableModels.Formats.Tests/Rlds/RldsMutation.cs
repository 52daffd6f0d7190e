using ActionableModels.Compute;

namespace ActionableModels.Formats.Tests.Rlds;

/// <summary>Random damage: one to three edits of bits, bytes, lengths and order, the same for the same number.</summary>
internal static class RldsMutation
{
    private static readonly byte[] Telling = [0, 1, 0x7F, 0x80, 0xFF, (byte)'0', (byte)'9', (byte)'-', (byte)'"', (byte)'{', (byte)'[', (byte)','];

    /// <summary>Number of mutated files for each parser.</summary>
    public static int Count(int otherwise) => int.TryParse(Environment.GetEnvironmentVariable("ACTIONABLE_MUTATIONS"), out var count) ? count : otherwise;

    public static byte[] Of(byte[] whole, int number, byte[] other)
    {
        var bytes = whole.ToList();
        var key = new RandomKey(6, 8, (ulong)number);
        var draw = 0u;
        int Below(int bound) => (int)Philox.Below(key, draw++, Math.Max(1, bound));
        for (var edits = 1 + Below(3); edits > 0 && bytes.Count > 1; edits--)
        {
            var at = Below(bytes.Count);
            var length = Math.Min(1 + Below(Below(4) == 0 ? bytes.Count : 40), bytes.Count - at);
            switch (Below(9))
            {
                case 0: bytes[at] ^= (byte)(1 << Below(8)); break;
                case 1: bytes[at] = (byte)Below(256); break;
                case 2: bytes[at] = Telling[Below(Telling.Length)]; break;
                case 3: bytes.RemoveRange(at, length); break;
                case 4: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
                case 5: bytes.RemoveRange(at, bytes.Count - at); break;
                case 6:
                    var from = Below(other.Length);
                    bytes.InsertRange(at, other.Skip(from).Take(1 + Below(60)));
                    break;
                case 7: bytes[at] = (byte)(bytes[at] + Below(2) * 2 - 1); break;
                default:
                    var place = Below(bytes.Count - length + 1);
                    var block = bytes.GetRange(at, length);
                    bytes.RemoveRange(at, length);
                    bytes.InsertRange(Math.Min(place, bytes.Count), block);
                    break;
            }
        }
        return [.. bytes];
    }
}
