using ActionableModels.Compute;

namespace ActionableModels.Tests.Storage;

/// <summary>Random damage to a file: one to three edits of bytes, digits, lengths and order.</summary>
internal static class Mutation
{
    public static byte[] Of(ReadOnlySpan<byte> whole, RandomKey key, bool keepLength = false)
    {
        var bytes = whole.ToArray().ToList();
        var draw = 0u;
        long Below(long bound) => Philox.Below(key, draw++, bound);
        for (var edits = 1 + Below(3); edits > 0 && bytes.Count > 1; edits--)
        {
            var at = (int)Below(bytes.Count);
            switch (Below(keepLength ? 4 : 8))
            {
                case 0: bytes[at] ^= (byte)(1 << (int)Below(8)); break;
                case 1: bytes[at] = (byte)Below(256); break;
                case 2:
                    var digit = bytes.FindIndex(at, b => b is >= (byte)'0' and <= (byte)'9');
                    if (digit >= 0)
                        bytes[digit] = (byte)('0' + Below(10));
                    break;
                case 3:
                    var other = (int)Below(bytes.Count);
                    (bytes[at], bytes[other]) = (bytes[other], bytes[at]);
                    break;
                case 4: bytes.Insert(at, "0123456789-e.,:[]{}\" \\"u8[(int)Below(22)]); break;
                case 5: bytes.RemoveAt(at); break;
                case 6: bytes.RemoveRange(at, Math.Min((int)Below(20), bytes.Count - at)); break;
                default: bytes.InsertRange(at, bytes.GetRange(at, Math.Min((int)Below(40), bytes.Count - at))); break;
            }
        }
        return [.. bytes];
    }
}
