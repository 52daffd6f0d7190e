using System.Text;
using System.Text.RegularExpressions;

namespace ActionableModels.Samples;

/// <summary>Reads the images of a P6 file: one or more, one after another.</summary>
internal static partial class Ppm
{
    public static List<byte[]> Read(string path)
    {
        var images = new List<byte[]>();
        for (var left = File.ReadAllBytes(path).AsSpan(); left.Length > 0;)
        {
            var header = Header().Match(Encoding.Latin1.GetString(left[..Math.Min(left.Length, 512)]));
            var size = header.Success ? int.Parse(header.Groups[1].Value) * int.Parse(header.Groups[2].Value) * 3 : int.MaxValue;
            if (left.Length - header.Length < size) throw new InvalidDataException($"{path}: is not a P6 file, or ends within an image");
            images.Add(left.Slice(header.Length, size).ToArray());
            left = left[(header.Length + size)..];
        }
        return images.Count > 0 ? images : throw new InvalidDataException($"{path}: is empty");
    }

    [GeneratedRegex(@"^P6(?:\s|#.*\n)+(\d{1,4})\s+(\d{1,4})\s+255\s")]
    private static partial Regex Header();
}
