using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using ActionableModels.Compute;

namespace ActionableModels.Imaging;

/// <summary>
/// The PNG decoder. All chunks are checked (order, length, checksum) before a pixel is decoded; memory is bounded by the file's length
/// and the declared size, because exactly the declared number of bytes is inflated, one row at a time.
/// </summary>
internal static class PngReader
{
    // Deflate codes at most 258 bytes in 2 bits: a stream of n bytes never inflates to more than 1032 n.
    private const long MaxInflation = 1032;

    private const int Gray = 0, Rgb = 2, Palette = 3, GrayAlpha = 4, RgbAlpha = 6;

    private readonly record struct Header(int Width, int Height, int Depth, int Color)
    {
        public int Channels => Color switch { Gray or Palette => 1, GrayAlpha => 2, Rgb => 3, _ => 4 };
        public int RowBytes => (int)(((long)Width * Channels * Depth + 7) / 8);
        public int PixelBytes => Math.Max(1, Channels * Depth / 8);
    }

    public static RgbImage Read(ReadOnlySpan<byte> file, string name)
    {
        var scratch = new PngScratch();
        var (height, width) = Read(file, name, scratch);
        return new(height, width, scratch.Pixels);
    }

    /// <summary>Decodes into the scratch's pixels and returns the size.</summary>
    public static (int Height, int Width) Read(ReadOnlySpan<byte> file, string name, PngScratch scratch)
    {
        if (!file.StartsWith(Png.Signature)) throw NotPng(file, name);
        Header? header = null;
        ReadOnlySpan<byte> palette = default;
        var data = scratch.Data;
        data.SetLength(0);
        var (at, previous, ended) = (Png.Signature.Length, "", false);
        while (!ended)
        {
            if (file.Length - at < 12) throw Damaged(name, $"it ends at byte {file.Length}, before its end chunk");
            var length = BinaryPrimitives.ReadUInt32BigEndian(file[at..]);
            if (length > (uint)(file.Length - at - 12)) throw Damaged(name, $"the chunk at byte {at} is longer than the file");
            var body = file.Slice(at + 8, (int)length);
            var type = TypeName(file.Slice(at + 4, 4), name, at);
            if (Crc32.Of(file.Slice(at + 4, (int)length + 4)) != BinaryPrimitives.ReadUInt32BigEndian(file[(at + 8 + (int)length)..]))
                throw Damaged(name, $"chunk {type} at byte {at} has a wrong checksum");
            if ((type == "IHDR") != header is null)
                throw Damaged(name, $"chunk {type} at byte {at} stands where {(header is null ? "only" : "no")} IHDR may stand");
            switch (type)
            {
                case "IHDR":
                    header = ReadHeader(body, name);
                    break;
                case "PLTE":
                    if (!palette.IsEmpty || data.Length > 0 || length is 0 or > 768 || length % 3 != 0)
                        throw Damaged(name, "its palette is not valid");
                    palette = body;
                    break;
                case "IDAT":
                    if (data.Length > 0 && previous != "IDAT") throw Damaged(name, "its pixel data is not in one piece");
                    data.Write(body);
                    break;
                case "IEND":
                    ended = true;
                    break;
                default:
                    if (char.IsUpper(type[0])) throw Damaged(name, $"chunk {type} at byte {at} is not known");
                    break;
            }
            previous = type;
            at += 12 + (int)length;
        }
        if (header is not { } h) throw Damaged(name, "it has no header");
        if (h.Color == Palette && (palette.IsEmpty || palette.Length / 3 > 1 << h.Depth))
            throw Damaged(name, "its palette is missing or too long");
        if (data.Length * MaxInflation < (long)(h.RowBytes + 1) * h.Height)
            throw Damaged(name, $"{data.Length} bytes of pixel data cannot hold {h.Width}x{h.Height} pixels");
        data.Position = 0;
        Inflate(h, palette, data, name, scratch);
        return (h.Height, h.Width);
    }

    private static Header ReadHeader(ReadOnlySpan<byte> body, string name)
    {
        if (body.Length != 13) throw Damaged(name, "its header has a wrong length");
        var (width, height) = (BinaryPrimitives.ReadUInt32BigEndian(body), BinaryPrimitives.ReadUInt32BigEndian(body[4..]));
        if (width == 0 || height == 0 || width > int.MaxValue || height > int.MaxValue)
            throw Damaged(name, $"its size {width}x{height} is not valid");
        if ((ulong)width * height > Png.MaxPixels)
            throw new ActionableException($"{name} is {width}x{height}: an image has at most {Png.MaxPixels} pixels, give a smaller one");
        var (depth, color) = (body[8], body[9]);
        var valid = color switch
        {
            Gray => depth is 1 or 2 or 4 or 8 or 16,
            Palette => depth is 1 or 2 or 4 or 8,
            Rgb or GrayAlpha or RgbAlpha => depth is 8 or 16,
            _ => false,
        };
        if (!valid || body[10] != 0 || body[11] != 0 || body[12] > 1)
            throw Damaged(name, $"colour type {color} with {depth} bits is not valid");
        if (body[12] == 1) throw new ActionableException($"{name} is an interlaced PNG image, which is not read: save it without interlacing");
        return new Header((int)width, (int)height, depth, color);
    }

    private static void Inflate(Header h, ReadOnlySpan<byte> palette, Stream data, string name, PngScratch scratch)
    {
        var rowBytes = h.RowBytes + 1;
        scratch.Reserve(rowBytes, h.Depth < 8 ? h.Width : 0, h.Height * h.Width * 3);
        var samples = scratch.Samples.AsSpan(0, h.Depth < 8 ? h.Width : 0);
        try
        {
            using var zlib = new ZLibStream(data, CompressionMode.Decompress, leaveOpen: true);
            for (var y = 0; y < h.Height; y++)
            {
                var row = scratch.Row.AsSpan(0, rowBytes);
                var above = scratch.Above.AsSpan(0, rowBytes);
                zlib.ReadExactly(row);
                if (row[0] > 4) throw Damaged(name, $"row {y} has filter {row[0]}, which does not exist");
                PngFilter.Undo(row[0], row[1..], above[1..], h.PixelBytes);
                if (h.Depth < 8) Unpack(row[1..], samples, h.Depth);
                ToRgb(h, h.Depth < 8 ? samples : row[1..], palette, scratch.Pixels.AsSpan(y * h.Width * 3, h.Width * 3), name);
                (scratch.Row, scratch.Above) = (scratch.Above, scratch.Row);
            }
            if (zlib.ReadByte() >= 0) throw Damaged(name, $"it holds more pixel data than its {h.Width}x{h.Height} pixels need");
        }
        catch (EndOfStreamException)
        {
            throw Damaged(name, "its pixel data ends too early");
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException)
        {
            throw Damaged(name, "its pixel data cannot be decompressed");
        }
    }

    private static void Unpack(ReadOnlySpan<byte> packed, Span<byte> samples, int depth)
    {
        var (perByte, mask) = (8 / depth, (1 << depth) - 1);
        for (var x = 0; x < samples.Length; x++)
            samples[x] = (byte)((packed[x / perByte] >> (8 - depth * (x % perByte + 1))) & mask);
    }

    private static void ToRgb(Header h, ReadOnlySpan<byte> row, ReadOnlySpan<byte> palette, Span<byte> rgb, string name)
    {
        var sample = h.Depth == 16 ? 2 : 1;
        var pixel = sample * h.Channels;
        var scale = h.Color == Gray && h.Depth < 8 ? 255 / ((1 << h.Depth) - 1) : 1;
        if (h.Color == Rgb && h.Depth == 8)
        {
            row.CopyTo(rgb);
            return;
        }
        for (var x = 0; x < h.Width; x++)
        {
            var to = rgb.Slice(x * 3, 3);
            var from = row.Slice(x * pixel, pixel);
            if (h.Color == Palette)
            {
                if (from[0] * 3 >= palette.Length) throw Damaged(name, $"a pixel has colour {from[0]} of a palette of {palette.Length / 3}");
                palette.Slice(from[0] * 3, 3).CopyTo(to);
            }
            else if (h.Channels < 3) to.Fill((byte)(from[0] * scale));
            else (to[0], to[1], to[2]) = (from[0], from[sample], from[2 * sample]);
        }
    }

    private static string TypeName(ReadOnlySpan<byte> type, string name, int at)
    {
        foreach (var b in type)
            if (!char.IsAsciiLetter((char)b)) throw Damaged(name, $"the chunk at byte {at} has no valid name");
        return Encoding.ASCII.GetString(type);
    }

    private static ActionableException NotPng(ReadOnlySpan<byte> file, string name)
    {
        var kind = file.IsEmpty ? "it is empty"
            : file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? "it is a JPEG image"
            : file.StartsWith("GIF8"u8) ? "it is a GIF image"
            : file.StartsWith("BM"u8) ? "it is a BMP image"
            : file.StartsWith("RIFF"u8) && file.Length >= 12 && file[8..12].SequenceEqual("WEBP"u8) ? "it is a WebP image"
            : "it does not start with the PNG signature";
        return new ActionableException($"{name} is not a PNG image ({kind}): convert it to PNG");
    }

    private static ActionableException Damaged(string name, string what) => new($"{name} is a damaged PNG image: {what}; copy or save it again");
}
