using System.Buffers.Binary;
using System.Globalization;
using ActionableModels.Compute;

namespace ActionableModels.Formats.Tests;

/// <summary>Damages files for fuzz tests: one to four edits of bits, lengths, blocks and order, a function of the key.</summary>
internal static class Mutations
{
    private const int MostEdits = 4, LongestText = 20_000;

    // What means something to formats: digits and brackets of text, types of arrays, edges of numbers, sampling factors.
    private static readonly byte[] Telling = [.. "0123456789-()[]{}',:\"LTF<>|fiubSU\n"u8, 0, 1, 2, 0x11, 0x22, 0x44, 0x7F, 0x80, 0xFF];

    /// <summary>How many damaged files: what ACTIONABLE_MUTATIONS says, or else this.</summary>
    public static int Count(int otherwise) => int.TryParse(Environment.GetEnvironmentVariable("ACTIONABLE_MUTATIONS"), NumberStyles.None,
        CultureInfo.InvariantCulture, out var count) ? count : otherwise;

    /// <summary>A damaged copy of a file.</summary>
    /// <param name="whole">The file.</param>
    /// <param name="other">Another, of which pieces are taken.</param>
    /// <param name="key">Which of all copies.</param>
    /// <param name="places">Where it is damaged, each as likely as the others; everywhere if there are none.</param>
    public static byte[] Of(byte[] whole, byte[] other, RandomKey key, params (int First, int Count)[] places) =>
        Of(whole, other, Draws(key), places, Change);

    /// <summary>A damaged copy of a text.</summary>
    /// <param name="whole">The text.</param>
    /// <param name="other">Another, of which pieces are taken.</param>
    /// <param name="key">Which of all copies.</param>
    /// <param name="pieces">What means something to the language.</param>
    public static string Of(string whole, string other, RandomKey key, string[] pieces)
    {
        var text = Of<char>(whole.ToCharArray(), other.ToCharArray(), Draws(key), [], (text, at, below) =>
        {
            if (below(4) == 0) text[at] = (char)below(below(2) == 0 ? 128 : 65536);
            else text.InsertRange(at, string.Concat(Enumerable.Repeat(pieces[below(pieces.Length)], below(20) == 0 ? below(2000) : 1)));
        });
        return new(text, 0, Math.Min(text.Length, LongestText));
    }

    private static T[] Of<T>(T[] whole, T[] other, Func<int, int> below, (int First, int Count)[] places, Action<List<T>, int, Func<int, int>> change)
    {
        var file = whole.ToList();
        for (var edits = 1 + below(MostEdits); edits > 0 && file.Count > 1; edits--)
        {
            var place = places.Length == 0 ? (First: 0, Count: file.Count) : places[below(places.Length)];
            var at = Math.Min(place.First + below(place.Count), file.Count - 1);
            var length = Math.Min(1 + below(below(4) == 0 ? file.Count : 60), file.Count - at);
            switch (below(12))
            {
                case 0: file.RemoveRange(at, length); break;
                case 1: file.RemoveRange(at, file.Count - at); break;
                case 2: file.InsertRange(at, file.GetRange(at, length)); break;
                case 3: file.InsertRange(at, Piece(other, below)); break;
                case 4:
                    var piece = Piece(other, below);
                    for (var i = 0; i < piece.Length && at + i < file.Count; i++) file[at + i] = piece[i];
                    break;
                case 5:
                    var block = file.GetRange(at, length);
                    file.RemoveRange(at, length);
                    file.InsertRange(below(file.Count + 1), block);
                    break;
                default: change(file, at, below); break;
            }
        }
        return [.. file];
    }

    private static T[] Piece<T>(T[] other, Func<int, int> below)
    {
        var from = below(other.Length);
        return other[from..Math.Min(other.Length, from + 1 + below(300))];
    }

    private static void Change(List<byte> file, int at, Func<int, int> below)
    {
        switch (below(7))
        {
            case 0: file[at] ^= (byte)(1 << below(8)); break;
            case 1: file[at] = (byte)below(256); break;
            case 2: file[at] = Telling[below(Telling.Length)]; break;
            case 3: file[at] = (byte)(file[at] + below(2) * 2 - 1); break;
            case 4:
                // Lengths and sizes behind a marker of JPEG.
                var marker = file.IndexOf(0xFF, at);
                if (marker >= 0 && marker + 9 < file.Count) file[marker + 2 + below(8)] = Telling[below(Telling.Length)];
                break;
            case 5: file.InsertRange(at, Enumerable.Range(0, 1 + below(16)).Select(_ => (byte)(below(3) == 0 ? 0xFF : below(256)))); break;
            default:
                Span<byte> word = stackalloc byte[8];
                BinaryPrimitives.WriteUInt64LittleEndian(word, Number(below));
                word = word[..(2 << below(3))];
                if (below(2) == 0) word.Reverse();
                for (var i = 0; i < word.Length && at + i < file.Count; i++) file[at + i] = word[i];
                break;
        }
    }

    private static ulong Number(Func<int, int> below) => below(7) switch
    {
        0 => 0,
        1 => ulong.MaxValue,
        2 => ulong.MaxValue >> below(64),
        3 => 1UL << below(64),
        4 => (1UL << below(64)) - 1,
        5 => (ulong)below(int.MaxValue),
        _ => (ulong)below(300),
    };

    private static Func<int, int> Draws(RandomKey key)
    {
        var draw = 0u;
        return bound => (int)Philox.Below(key, draw++, Math.Max(1, bound));
    }
}
