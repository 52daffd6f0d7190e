using System.Security.Cryptography;
using ActionableModels.Imaging;

namespace ActionableModels.Tests.Imaging;

public class MontageTests
{
    private static RgbImage Gradient(int height, int width, int shift = 0)
    {
        var image = new RgbImage(height, width);
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
                ((ReadOnlySpan<byte>)[(byte)(x * 8 + shift), (byte)(y * 8), (byte)(128 - shift)]).CopyTo(image[y, x]);
        return image;
    }

    private static Rgb At(RgbImage image, int y, int x) => new(image[y, x][0], image[y, x][1], image[y, x][2]);

    [Fact]
    public void Text_is_drawn_pixel_by_pixel()
    {
        var canvas = new Canvas(Canvas.TextHeight, Canvas.TextWidth(2), new Rgb(0, 0, 0));
        canvas.Write(0, 0, "Tg", new Rgb(255, 255, 255));
        string[] expected =
        [
            "##### .....",
            "..#.. .....",
            "..#.. .####",
            "..#.. #...#",
            "..#.. #...#",
            "..#.. .####",
            "..#.. ....#",
            "..... .###.",
        ];
        for (var y = 0; y < expected.Length; y++)
            for (var x = 0; x < expected[y].Length; x++)
                Assert.Equal(expected[y][x] == '#' ? 255 : 0, canvas.Image[y, x][0]);
    }

    [Fact]
    public void Every_printable_character_has_its_own_glyph()
    {
        var glyphs = Enumerable.Range(' ', 95).Select(c =>
        {
            var canvas = new Canvas(Canvas.TextHeight, Canvas.TextWidth(1), new Rgb(0, 0, 0));
            canvas.Write(0, 0, [(char)c], new Rgb(255, 255, 255));
            return Convert.ToHexString(canvas.Image.Pixels);
        });
        Assert.Equal(95, glyphs.Distinct().Count());
    }

    [Fact]
    public void Tiles_are_enlarged_framed_and_kept_apart()
    {
        var tile = Gradient(4, 4);
        var sheet = Montage.Grid([new Tile(tile), new Tile(tile, "", Montage.Goal), new Tile(tile)], columns: 2, scale: 5);
        Assert.Equal((8 + 2 * (20 + 6 + 8), 8 + 2 * (20 + 6 + 8)), (sheet.Height, sheet.Width));
        for (var y = 0; y < 20; y++)
            for (var x = 0; x < 20; x++)
                Assert.Equal(At(tile, y / 5, x / 5), At(sheet, 11 + y, 11 + x));
        Assert.Equal(Montage.Ground, At(sheet, 10, 11));
        Assert.Equal(Montage.Goal, At(sheet, 10, 45));
        Assert.Equal(Montage.Goal, At(sheet, 31, 45 + 22));
        Assert.Equal(Montage.Ground, At(sheet, sheet.Height - 20, sheet.Width - 20));
    }

    [Fact]
    public void The_last_frame_tells_the_outcome()
    {
        var frames = Enumerable.Range(0, 3).Select(i => Gradient(8, 8, i)).ToList();
        foreach (var success in new[] { true, false })
        {
            var strip = FilmStrip.Compose(Gradient(8, 8), frames, "", success, scale: 1);
            Assert.Equal(Montage.Goal, At(strip, 9, 9));
            Assert.Equal(Montage.Ground, At(strip, 9, 9 + 22));
            Assert.Equal(success ? Montage.Success : Montage.Failure, At(strip, 9, 9 + 3 * 22));
        }
    }

    [Theory]
    [InlineData(1, 8, new[] { 0 })]
    [InlineData(3, 8, new[] { 0, 1, 2 })]
    [InlineData(11, 3, new[] { 0, 5, 10 })]
    [InlineData(5, 1, new[] { 0, 4 })]
    public void Long_episodes_are_thinned_evenly(int count, int kept, int[] expected) => Assert.Equal(expected, FilmStrip.Thin(count, kept));

    [Fact]
    public void Captions_too_long_for_the_sheet_are_cut()
    {
        var wide = Montage.Grid([new Tile(Gradient(4, 4), new string('W', 500))], 1, new string('W', 500), 5);
        for (var y = 0; y < wide.Height; y++) Assert.Equal(Montage.Ground, At(wide, y, wide.Width - 1));
    }

    [Fact]
    public void The_strip_is_the_golden_one()
    {
        var frames = Enumerable.Range(0, 12).Select(i => Gradient(16, 16, i * 10)).ToList();
        var image = Montage.Stack(
        [
            FilmStrip.Compose(Gradient(16, 16, 60), frames, "Actionable Models 0", success: true, maxFrames: 5, scale: 3),
            FilmStrip.Compose(Gradient(16, 16, 90), frames, "GCBC (seed 1)", success: false, maxFrames: 4, scale: 3),
        ]);
        Assert.Equal((2 * 107, 380), (image.Height, image.Width));
        Assert.Equal("BFB0DB2F488FEF6CA11CF68782477B00950680920E1C110C3F8ABCAD20F71CB4", Convert.ToHexString(SHA256.HashData(image.Pixels)));
    }

    [Fact]
    public void Tiles_of_two_sizes_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Montage.Grid([new Tile(Gradient(4, 4)), new Tile(Gradient(4, 5))], 2));
        Assert.Throws<ArgumentException>(() => Montage.Grid([], 2));
        Assert.Throws<ArgumentException>(() => Montage.Stack([]));
        Assert.Throws<ArgumentException>(() => new RgbImage(2, 2, new byte[11]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RgbImage(0, 2));
    }
}
