using ActionableModels.Compute;
using ActionableModels.Formats.Export;
using ActionableModels.Formats.Images;
using ActionableModels.Formats.Rlds;
using ActionableModels.Formats.Sources;
using ActionableModels.Imaging;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Formats.Tests.Rlds;

/// <summary>The files of an export: their names, splits and images, and what happens to them when something goes wrong.</summary>
public sealed class ExportFilesTests : IDisposable
{
    private readonly RldsExportStore small = new();

    public void Dispose() => small.Dispose();

    [Fact]
    public void Episodes_are_shared_among_splits_and_files()
    {
        var counted = new List<long>();
        var options = new DatasetExportOptions("some_name", EpisodesPerFile: 2, Validation: 0.4);
        var files = new RldsExporter().Write(small.Store, small.Path("out"), options, counted.Add, default);
        var folder = small.Path("out/some_name/1.0.0");
        Assert.Equal(["some_name-train.tfrecord-00000-of-00002", "some_name-train.tfrecord-00001-of-00002", "some_name-test.tfrecord-00000-of-00001",
            "features.json", "mapping.yaml", "dataset_info.json"], files.Select(file => Path.GetRelativePath(folder, file)));
        Assert.Equal(files.Order(StringComparer.Ordinal),
            Directory.GetFiles(small.Path("out"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal));
        Assert.Equal([1, 2, 3, 4, 5], counted);
        if (!RldsExportReading.Possible(nameof(Episodes_are_shared_among_splits_and_files))) return;
        var read = RldsExportReading.Of(folder);
        Assert.Equal(["train", "test"], read.Splits);
        Assert.Equal(["000000", "000001", "000002"], Ids("train"));
        Assert.Equal(["000003", "000004"], Ids("test"));

        string[] Ids(string split) => [.. read.Episodes(split).Select(episode => episode.GetProperty("episode_id").GetString()!)];
    }

    [Fact]
    public void A_record_that_is_longer_than_what_is_read_is_not_written()
    {
        byte[] Encode(ReadOnlySpan<byte> pixels, int height, int width, int quality) => new byte[1000];
        var options = new DatasetExportOptions("own", Images: ImageEncoding.Jpeg, Episodes: 1);
        var fault = Assert.Throws<ActionableException>(() => new RldsExporter(Encode, 1500).Write(small.Store, small.Path("out"), options, null, default));
        Assert.Contains("a record of more than 1500 is not read again", fault.Message);
        Assert.False(Path.Exists(small.Path("out")));
        Assert.Equal(SourceOptions.DefaultLargestRecord, new SourceOptions().LargestRecord);
    }

    [Fact]
    public void Equal_stores_give_equal_bytes()
    {
        var options = new DatasetExportOptions("mt_opt", "mt_opt", Episodes: 3);
        var first = new RldsExporter().Write(small.Store, small.Path("first"), options, null, default);
        using var again = new RldsExportStore();
        var second = new RldsExporter().Write(again.Store, again.Path("second"), options, null, default);
        Assert.Equal(first.Select(Path.GetFileName), second.Select(Path.GetFileName));
        Assert.All(first.Zip(second), pair => Assert.Equal(File.ReadAllBytes(pair.First), File.ReadAllBytes(pair.Second)));
        Assert.Contains("\"3\"", File.ReadAllText(small.Path("first/mt_opt/rlds/1.0.0/dataset_info.json")));
    }

    [Fact]
    public void JPEG_images_are_what_the_encoder_makes_of_the_pixels()
    {
        var asked = new List<(int, int, int)>();
        byte[] Encode(ReadOnlySpan<byte> pixels, int height, int width, int quality)
        {
            lock (asked) asked.Add((height, width, quality));
            return [0xFF, 0xD8, 0xFF, .. pixels[..8]];
        }
        var options = new DatasetExportOptions("own", Images: ImageEncoding.Jpeg, JpegQuality: 81, Episodes: 1);
        var file = new RldsExporter(Encode).Write(small.Store, small.Path("out"), options, null, default)[0];
        Assert.Equal(5, asked.Count);
        Assert.All(asked, call => Assert.Equal((RldsExportStore.Height, RldsExportStore.Width, 81), call));
        var (bytes, pixels) = (File.ReadAllBytes(file), small.Images(0));
        for (var t = 0; t < 5; t++)
        {
            byte[] value = [0x0A, 11, 0xFF, 0xD8, 0xFF, .. pixels.AsSpan(t * pixels.Length / 5, 8)];
            Assert.True(bytes.AsSpan().IndexOf(value) > 0);
        }
        Assert.Contains("\"encodingFormat\": \"jpeg\"", File.ReadAllText(small.Path("out/own/1.0.0/features.json")));
    }

    [Fact]
    public void JPEG_images_are_near_the_recorded_ones()
    {
        const string name = nameof(JPEG_images_are_near_the_recorded_ones);
        if (!Requirement.Met(TurboJpegLibrary.IsThere, "libturbojpeg", name) || !RldsExportReading.Possible(name)) return;
        var options = new DatasetExportOptions("own", Images: ImageEncoding.Jpeg, JpegQuality: 95, Episodes: 1);
        using var smooth = new RldsExportSmoothStore();
        new RldsExporter().Write(smooth.Store, smooth.Path("out"), options, null, default);
        var read = RldsExportReading.Of(smooth.Path("out/own/1.0.0"));
        var (format, pixels) = read.Pictures(Assert.Single(read.Episodes("train")));
        Assert.Equal("jpeg", format);
        var recorded = smooth.Store.Copy(0).Images;
        Assert.Equal(recorded.Length, pixels.Length);
        Assert.All(recorded.Zip(pixels), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 12));
    }

    [Fact]
    public void An_export_takes_the_place_of_an_older_one_whole()
    {
        var exporter = new RldsExporter();
        exporter.Write(small.Store, small.Path("out"), new("own", EpisodesPerFile: 1), null, default);
        var files = exporter.Write(small.Store, small.Path("out"), new("own"), null, default);
        Assert.Equal(files.Order(StringComparer.Ordinal), Directory.GetFiles(small.Path("out/own/1.0.0")).Order(StringComparer.Ordinal));
        Assert.Equal([small.Path("out/own/1.0.0")], Directory.GetDirectories(small.Path("out/own")));
    }

    [Fact]
    public void What_is_interrupted_leaves_no_trace_and_the_older_export_as_it_was()
    {
        using var cancellation = new CancellationTokenSource();
        void Interrupt(long done)
        {
            if (done == 3) cancellation.Cancel();
        }
        var options = new DatasetExportOptions("own", EpisodesPerFile: 2);
        Assert.ThrowsAny<OperationCanceledException>(() =>
            new RldsExporter().Write(small.Store, small.Path("deep/out"), options, Interrupt, cancellation.Token));
        Assert.False(Path.Exists(small.Path("deep")));

        new RldsExporter().Write(small.Store, small.Path("out"), options, null, default);
        var before = Snapshot();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            new RldsExporter().Write(small.Store, small.Path("out"), options with { EpisodesPerFile = 3 }, null, cancellation.Token));
        Assert.Equal(before, Snapshot());

        string[] Snapshot() => [.. Directory.GetFiles(small.Path("out"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(file => $"{file} {Convert.ToHexString(File.ReadAllBytes(file))}")];
    }

    [Fact]
    public void A_fault_of_the_encoder_comes_out_as_it_is()
    {
        var exporter = new RldsExporter((_, _, _, _) => throw new ActionableException("there is no libturbojpeg: install libturbojpeg0"));
        var fault = Assert.Throws<ActionableException>(() =>
            exporter.Write(small.Store, small.Path("out"), new("own", Images: ImageEncoding.Jpeg), null, default));
        Assert.Equal("there is no libturbojpeg: install libturbojpeg0", fault.Message);
        Assert.False(Path.Exists(small.Path("out")));
    }

    [Fact]
    public void A_folder_with_other_files_is_not_replaced()
    {
        var other = Path.Combine(Directory.CreateDirectory(small.Path("out/own/1.0.0")).FullName, "thesis.tex");
        File.WriteAllText(other, "years of work");
        var fault = Assert.Throws<ActionableException>(() => new RldsExporter().Write(small.Store, small.Path("out"), new("own"), null, default));
        Assert.Contains("holds files of something else", fault.Message);
        Assert.Equal([other], Directory.GetFiles(small.Path("out"), "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("Own", null, "no name of a TFDS dataset")]
    [InlineData("a/b", null, "no name of a TFDS dataset")]
    [InlineData("..", null, "no name of a TFDS dataset")]
    [InlineData("own", "mt-opt", "did you mean 'mt_opt'?")]
    public void Names_that_do_not_exist_or_lead_elsewhere_are_refused(string name, string? layout, string message)
    {
        Assert.Contains(message, Assert.Throws<ActionableException>(() =>
            new RldsExporter().Write(small.Store, small.Path("out"), new(name, layout), null, default)).Message);
        Assert.False(Path.Exists(small.Path("out")));
    }
}
