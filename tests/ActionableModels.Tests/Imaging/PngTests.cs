using ActionableModels.Compute;
using ActionableModels.Imaging;

namespace ActionableModels.Tests.Imaging;

public class PngTests
{
    private static RgbImage Noise(int height, int width, ulong seed, bool smooth = false)
    {
        var image = new RgbImage(height, width);
        for (var i = 0; i < image.Pixels.Length; i++)
            image.Pixels[i] = smooth ? (byte)(i / 3 % width * 3 + i / (3 * width) * 2) : (byte)Philox.Word(new RandomKey(seed, 0, 0), (uint)i);
        return image;
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 17)]
    [InlineData(48, 48)]
    [InlineData(37, 5)]
    public void Written_images_read_back(int height, int width)
    {
        foreach (var smooth in new[] { false, true })
        {
            var image = Noise(height, width, 1, smooth);
            var bytes = Png.Encode(image);
            Assert.Equal(bytes, Png.Encode(image));
            var back = Png.Decode(bytes, "x.png");
            Assert.Equal((height, width), (back.Height, back.Width));
            Assert.Equal(image.Pixels, back.Pixels);
        }
    }

    [Theory]
    [InlineData(0, 8, new byte[] { 0, 10, 200 }, new byte[] { 10, 10, 10, 200, 200, 200 })]
    [InlineData(0, 16, new byte[] { 0, 10, 99, 200, 1 }, new byte[] { 10, 10, 10, 200, 200, 200 })]
    [InlineData(0, 1, new byte[] { 0, 0b0100_0000 }, new byte[] { 0, 0, 0, 255, 255, 255 })]
    [InlineData(0, 2, new byte[] { 0, 0b0111_0000 }, new byte[] { 85, 85, 85, 255, 255, 255 })]
    [InlineData(0, 4, new byte[] { 0, 0x3F }, new byte[] { 51, 51, 51, 255, 255, 255 })]
    [InlineData(2, 8, new byte[] { 0, 1, 2, 3, 4, 5, 6 }, new byte[] { 1, 2, 3, 4, 5, 6 })]
    [InlineData(2, 16, new byte[] { 0, 1, 9, 2, 9, 3, 9, 4, 9, 5, 9, 6, 9 }, new byte[] { 1, 2, 3, 4, 5, 6 })]
    [InlineData(4, 8, new byte[] { 0, 7, 0, 8, 255 }, new byte[] { 7, 7, 7, 8, 8, 8 })]
    [InlineData(4, 16, new byte[] { 0, 7, 1, 0, 0, 8, 1, 255, 255 }, new byte[] { 7, 7, 7, 8, 8, 8 })]
    [InlineData(6, 8, new byte[] { 0, 1, 2, 3, 0, 4, 5, 6, 255 }, new byte[] { 1, 2, 3, 4, 5, 6 })]
    [InlineData(6, 16, new byte[] { 0, 1, 9, 2, 9, 3, 9, 0, 0, 4, 9, 5, 9, 6, 9, 255, 255 }, new byte[] { 1, 2, 3, 4, 5, 6 })]
    public void Every_colour_type_reads(int color, int depth, byte[] raw, byte[] expected)
        => Assert.Equal(expected, Png.Decode(PngBuilder.Image(2, 1, depth, color, raw), "x.png").Pixels);

    [Theory]
    [InlineData(1, new byte[] { 0, 0b0100_0000 })]
    [InlineData(2, new byte[] { 0, 0b0001_0000 })]
    [InlineData(4, new byte[] { 0, 0x01 })]
    [InlineData(8, new byte[] { 0, 0, 1 })]
    public void Palettes_read_and_their_transparency_is_ignored(int depth, byte[] raw)
    {
        var file = PngBuilder.Image(2, 1, depth, 3, raw, ("PLTE", [9, 8, 7, 6, 5, 4]), ("tRNS", [0]));
        Assert.Equal(new byte[] { 9, 8, 7, 6, 5, 4 }, Png.Decode(file, "x.png").Pixels);
    }

    [Fact]
    public void Every_filter_reads()
    {
        // Rows of two gray pixels; the expected values follow from the definitions in ISO/IEC 15948, section 9.2.
        byte[] raw = [0, 100, 50, 1, 10, 5, 2, 1, 2, 3, 10, 20, 4, 5, 6];
        byte[] gray = [100, 50, 10, 15, 11, 17, 15, 36, 20, 42];
        var pixels = Png.Decode(PngBuilder.Image(2, 5, 8, 0, raw), "x.png").Pixels;
        Assert.Equal(gray, pixels.Where((_, i) => i % 3 == 0));
    }

    [Fact]
    public void Pixel_data_in_several_chunks_and_unknown_ancillary_chunks_read()
    {
        var data = PngBuilder.Zlib([0, 1, 2, 3]);
        var file = PngBuilder.File(("IHDR", PngBuilder.Header(1, 1, 8, 2)), ("teXt", [1, 2]),
            ("IDAT", data[..5]), ("IDAT", []), ("IDAT", data[5..]), ("IEND", []));
        Assert.Equal(new byte[] { 1, 2, 3 }, Png.Decode(file, "x.png").Pixels);
    }

    [Fact]
    public void A_file_truncated_at_any_byte_is_refused()
    {
        var file = Png.Encode(Noise(9, 7, 2));
        for (var length = 0; length < file.Length; length++)
            Assert.Throws<ActionableException>(() => Png.Decode(file.AsSpan(0, length), "x.png"));
    }

    [Fact]
    public void Mutated_files_are_refused_or_read_but_never_crash()
    {
        byte[][] seeds =
        [
            Png.Encode(Noise(6, 5, 3)),
            PngBuilder.Image(5, 2, 4, 3, [0, 0x01, 0x12, 0x20, 4, 1, 2, 3], ("PLTE", [1, 2, 3, 4, 5, 6, 7, 8, 9]), ("tRNS", [0])),
            PngBuilder.Image(2, 2, 16, 4, [1, 1, 2, 3, 4, 5, 6, 7, 8, 3, 1, 2, 3, 4, 5, 6, 7, 8]),
        ];
        var refused = 0;
        for (var n = 0; n < 20_000; n++)
        {
            var key = new RandomKey(4, 0, (ulong)n);
            var file = (byte[])seeds[n % seeds.Length].Clone();
            var changes = 1 + (int)(Philox.Word(key, 0) % 3);
            for (var c = 0u; c < changes; c++) file[Philox.Word(key, 1 + 2 * c) % file.Length] = (byte)Philox.Word(key, 2 + 2 * c);
            if (n % 2 == 0) PngBuilder.MendChecksums(file);
            try
            {
                Png.Decode(file, "x.png");
            }
            catch (ActionableException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 15_000, 20_000);
    }

    [Fact]
    public void A_size_that_the_data_cannot_fill_is_refused_before_memory_is_taken()
    {
        var file = PngBuilder.Image(4096, 4096, 8, 2, [0]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<ActionableException>(() => Png.Decode(file, "x.png"));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void A_decompression_bomb_is_refused_without_being_inflated()
    {
        var file = PngBuilder.Image(4, 4, 8, 2, new byte[50_000_000]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<ActionableException>(() => Png.Decode(file, "x.png"));
        Assert.Contains("more pixel data", error.Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    public static TheoryData<string, byte[]> Refused() => new()
    {
        { "is not a PNG image (it is empty)", [] },
        { "is not a PNG image (it is a JPEG image)", [0xFF, 0xD8, 0xFF, 0xE0, 1] },
        { "is not a PNG image (it does not start with the PNG signature)", [1, 2, 3] },
        { "is not a PNG image (it is a WebP image)", "RIFF....WEBP"u8.ToArray() },
        { "65536x65536", PngBuilder.Image(65536, 65536, 8, 2, [0]) },
        { "0x1 is not valid", PngBuilder.Image(0, 1, 8, 2, [0]) },
        { "colour type 2 with 4 bits", PngBuilder.Image(1, 1, 4, 2, [0, 1, 2]) },
        { "colour type 5", PngBuilder.Image(1, 1, 8, 5, [0, 1, 2]) },
        { "interlaced", PngBuilder.File(("IHDR", PngBuilder.Header(1, 1, 8, 2, 1)), ("IDAT", PngBuilder.Zlib([0, 1, 2, 3])), ("IEND", [])) },
        { "filter 5", PngBuilder.Image(1, 1, 8, 2, [5, 1, 2, 3]) },
        { "ends too early", PngBuilder.Image(1, 2, 8, 2, [0, 1, 2, 3]) },
        { "palette is missing", PngBuilder.Image(1, 1, 8, 3, [0, 0]) },
        { "palette of 1", PngBuilder.Image(1, 1, 8, 3, [0, 1], ("PLTE", [1, 2, 3])) },
        { "palette is missing or too long", PngBuilder.Image(1, 1, 1, 3, [0, 0], ("PLTE", new byte[9])) },
        { "palette is not valid", PngBuilder.Image(1, 1, 8, 3, [0, 0], ("PLTE", new byte[4])) },
        { "only IHDR may stand", PngBuilder.File(("IDAT", PngBuilder.Zlib([0, 1, 2, 3])), ("IEND", [])) },
        { "no IHDR may stand", PngBuilder.Image(1, 1, 8, 2, [0, 1, 2, 3], ("IHDR", PngBuilder.Header(2, 2, 8, 2))) },
        { "chunk ABCD at byte 33 is not known", PngBuilder.Image(1, 1, 8, 2, [0, 1, 2, 3], ("ABCD", [])) },
        { "not in one piece", PngBuilder.File(("IHDR", PngBuilder.Header(1, 1, 8, 2)), ("IDAT", [1]), ("tEXt", []), ("IDAT", [2]), ("IEND", [])) },
        { "cannot hold", PngBuilder.File(("IHDR", PngBuilder.Header(1, 1, 8, 2)), ("IEND", [])) },
        { "cannot be decompressed", PngBuilder.File(("IHDR", PngBuilder.Header(1, 1, 8, 2)), ("IDAT", [1, 2, 3, 4, 5]), ("IEND", [])) },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Bad_files_are_refused_by_name_and_reason(string reason, byte[] file)
    {
        var error = Assert.Throws<ActionableException>(() => Png.Decode(file, "goal.png"));
        Assert.StartsWith("goal.png is", error.Message);
        Assert.Contains(reason, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_wrong_checksum_is_refused()
    {
        var file = Png.Encode(Noise(2, 2, 5));
        file[^1] ^= 1;
        Assert.Contains("IEND", Assert.Throws<ActionableException>(() => Png.Decode(file, "x.png")).Message);
    }

    [Fact]
    public void Files_save_and_load_and_missing_ones_are_named()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var path = Path.Combine(folder.FullName, "a.png");
            var image = Noise(3, 4, 6);
            Png.Save(path, image);
            Assert.Equal(image.Pixels, Png.Load(path).Pixels);
            Assert.Contains("no such file", Assert.Throws<ActionableException>(() => Png.Load(path + "x")).Message);
            Assert.Contains(folder.FullName, Assert.Throws<ActionableException>(() => Png.Load(folder.FullName)).Message);
            Assert.Contains("cannot be written", Assert.Throws<ActionableException>(() => Png.Save(Path.Combine(path, "b.png"), image)).Message);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void An_endless_file_is_refused()
    {
        if (File.Exists("/dev/zero")) Assert.Contains("longer than", Assert.Throws<ActionableException>(() => Png.Load("/dev/zero")).Message);
    }

    [Fact]
    public void Another_size_than_the_camera_is_refused()
    {
        var image = new RgbImage(64, 32);
        Assert.Same(image, Png.RequireSize(image, 64, 32, "goal.png"));
        var error = Assert.Throws<ActionableException>(() => Png.RequireSize(image, 48, 48, "goal.png"));
        Assert.StartsWith("goal.png is 64×32, the checkpoint's camera is 48×48 (height × width)", error.Message);
    }
}
