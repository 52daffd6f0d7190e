using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Compression;
using ActionableModels.Compute;
using ActionableModels.Formats.Images;
using ActionableModels.Imaging;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Formats.Tests.Images;

/// <summary>
/// Damaged images are refused in one line or become pixels; quickly and in little memory. ACTIONABLE_MUTATIONS sets the number of files, each
/// of its own seed.
/// </summary>
public sealed class ImageFuzzTests
{
    private const int Height = 40, Width = 56;
    // Deflate gives 1032 bytes for one, of eight pixels each, of three bytes each; and the cut.
    private const long MostBytesPerByte = 1032L * 8 * 3 * 2, MostBytes = 1 << 20;
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(5);

    private static int Count { get; } = Mutations.Count(1500);

    private static byte[] Noise(int height, int width, ulong seed)
    {
        var pixels = new byte[height * width * 3];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)(64 * Math.Sin(i / 40.0) + 100 + (Philox.Word(new RandomKey(seed, 971, 0), (uint)i) >> 27));
        return pixels;
    }

    [Fact]
    public void Damaged_JPEG_images_are_refused_or_decoded()
    {
        byte[][] files = [JpegEncoder.Encode(Noise(Height, Width, 1), Height, Width, 80), JpegEncoder.Encode(Noise(33, 65, 2), 33, 65, 30),
            .. Pillow(["48-64-progressive.jpg", "45-67-422-95.jpg", "45-67-444-40.jpg", "45-67-grey.jpg", "45-67-optimised.jpg"]), .. Pillow(["turned.jpeg", "printed.jpeg"])];
        Fuzz(files, 972, Damaged);
    }

    [Fact]
    public void Damaged_PNG_images_are_refused_or_decoded()
    {
        byte[][] files = [Png.Encode(new RgbImage(Height, Width, Noise(Height, Width, 1))), Png.Encode(new RgbImage(7, 100, Noise(7, 100, 2))),
            .. Pillow(["png-palette.png", "png-bits.png", "png-alpha.png", "png-grey.png"])];
        // In two of three files checksums are set right, or the damage is in the rows before they were compressed: it reaches what lies behind.
        Fuzz(files, 973, (file, other, key) => (key.Counter / 6 % 3) switch
        {
            0 => Damaged(file, other, key),
            1 => WithChecksums(Damaged(file, other, key)),
            _ => WithDamagedRows(file, key),
        });
    }

    [Fact]
    public void Orientation_is_found_in_any_bytes()
    {
        var file = Pillow(["turned.jpeg"]).FirstOrDefault() ?? JpegEncoder.Encode(Noise(Height, Width, 1), Height, Width, 80);
        for (var i = 0; i < Count; i++)
            Assert.InRange(FrameDecoder.OrientationOf(Damaged(file, file, new(7, 974, (ulong)i))), 1, 8);
        for (var length = 0; length < Math.Min(file.Length, 1000); length++) FrameDecoder.OrientationOf(file.AsSpan(0, length));
    }

    private static void Fuzz(byte[][] files, uint stream, Func<byte[], byte[], RandomKey, byte[]> mutate)
    {
        FrameGeometry[] geometries = [new(24, 32), new(33, 40, 33, 40), new(8, 8, 1, 1, CropPlace.Random, 3, Bgr: true, UpsideDown: true)];
        var decoders = geometries.Select(geometry => new FrameDecoder(geometry)).ToArray();
        var images = geometries.Select(geometry => new byte[geometry.Height * geometry.Width * 3]).ToArray();
        var (refused, decoded) = (0, 0);
        for (var i = 0; i < Count; i++)
        {
            var bytes = mutate(files[i % files.Length], files[i / files.Length % files.Length], new(7, stream, (ulong)i));
            var (clock, before) = (Stopwatch.StartNew(), GC.GetAllocatedBytesForCurrentThread());
            try
            {
                decoders[i % 3].Decode(bytes, null, i, images[i % 3]);
                decoded++;
            }
            catch (ActionableException fault)
            {
                Assert.DoesNotContain('\n', fault.Message);
                refused++;
            }
            catch (Exception fault)
            {
                Assert.Fail($"mutation {i}: {fault}");
            }
            Assert.True(clock.Elapsed < MostTime, $"mutation {i} took {clock.Elapsed}");
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MostBytes + bytes.Length * MostBytesPerByte, $"mutation {i} allocated too much");
        }
        foreach (var decoder in decoders) decoder.Dispose();
        Assert.Equal(Count, refused + decoded);
        Assert.True(refused > Count / 10 && decoded > Count / 100, $"{refused} refused, {decoded} decoded");
    }

    // Half of it within the first 700 bytes, where headers and tables are.
    private static byte[] Damaged(byte[] file, byte[] other, RandomKey key) => Mutations.Of(file, other, key, (0, 700), (0, file.Length));

    private static byte[] WithDamagedRows(byte[] png, RandomKey key)
    {
        var (all, data) = (new MemoryStream(), new MemoryStream());
        for (var at = 8; at < png.Length; at += 12 + BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at)))
            if (png.AsSpan(at + 4, 4).SequenceEqual("IDAT"u8)) data.Write(png, at + 8, BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at)));
        data.Position = 0;
        using (var zlib = new ZLibStream(data, CompressionMode.Decompress)) zlib.CopyTo(all);
        var rows = Damaged(all.ToArray(), png, key);
        var compressed = new MemoryStream();
        compressed.Write("\0\0\0\0IDAT"u8);
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true)) zlib.Write(rows);
        compressed.Write(new byte[4]);
        var chunk = compressed.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(chunk, chunk.Length - 12);
        var first = png.AsSpan().IndexOf("IDAT"u8) - 4;
        return WithChecksums([.. png[..first], .. chunk, .. png[^12..]]);
    }

    private static byte[] WithChecksums(byte[] png)
    {
        for (var at = 8; at + 12 <= png.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan(at));
            if (length > png.Length - at - 12) break;
            BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(at + 8 + (int)length), Crc32.Of(png.AsSpan(at + 4, (int)length + 4)));
            at += 12 + (int)length;
        }
        return png;
    }

    private static IEnumerable<byte[]> Pillow(string[] names)
    {
        using var images = new PillowImages();
        return images.Written ? [.. names.Select(images.File)] : [];
    }
}
