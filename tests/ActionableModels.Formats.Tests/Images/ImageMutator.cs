using ActionableModels.Compute;

namespace ActionableModels.Formats.Tests.Images;

/// <summary>Damages image files: each mutation is a function of its key.</summary>
internal static class ImageMutator
{
    /// <summary>A damaged copy: one to four changes, half of them within the first 700 bytes, where headers and tables are.</summary>
    public static byte[] Of(byte[] file, byte[] other, RandomKey key)
    {
        var bytes = new List<byte>(file);
        uint draw = 0;
        int Below(int bound) => (int)Philox.Below(key, draw++, Math.Max(1, bound));
        int Place() => Below(2) == 0 ? Below(Math.Min(700, bytes.Count)) : Below(bytes.Count);
        for (var change = Below(4); change >= 0 && bytes.Count > 0; change--)
        {
            var at = Place();
            switch (Below(9))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << Below(8));
                    break;
                case 1:
                    bytes[at] = (byte)Below(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 3:
                    var gone = Math.Min(Below(64) + 1, bytes.Count - at);
                    bytes.RemoveRange(at, gone);
                    break;
                case 4:
                    var block = bytes.GetRange(at, Math.Min(Below(200) + 1, bytes.Count - at));
                    bytes.InsertRange(Place(), block);
                    break;
                case 5:
                    var from = Below(other.Length);
                    var part = other.AsSpan(from, Math.Min(Below(300) + 1, other.Length - from));
                    for (var i = 0; i < part.Length && at + i < bytes.Count; i++) bytes[at + i] = part[i];
                    break;
                case 6:
                    // Lengths and sizes: the words behind a marker, or anywhere.
                    var marker = bytes.IndexOf(0xFF, at);
                    if (marker >= 0 && marker + 9 < bytes.Count)
                        bytes[marker + 2 + Below(8)] = (byte)((int[])[0, 1, 2, 0x11, 0x22, 0x44, 0x7F, 0x80, 0xFF])[Below(9)];
                    break;
                case 7:
                    if (at + 4 <= bytes.Count)
                        for (var i = 0; i < 4; i++) bytes[at + i] = (byte)((int[])[0, 0xFF, 0x7F, 0x80])[Below(4)];
                    break;
                default:
                    bytes.InsertRange(at, Enumerable.Range(0, Below(16) + 1).Select(_ => (byte)(Below(3) == 0 ? 0xFF : Below(256))));
                    break;
            }
        }
        return [.. bytes];
    }
}
