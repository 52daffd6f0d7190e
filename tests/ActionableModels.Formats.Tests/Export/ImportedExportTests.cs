using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Formats.Export;
using ActionableModels.Formats.Hdf5;
using ActionableModels.Formats.Images;
using ActionableModels.Formats.Import;
using ActionableModels.Formats.InPlace;
using ActionableModels.Formats.Mappings;
using ActionableModels.Formats.Rlds;
using ActionableModels.Formats.Sources;
using ActionableModels.Formats.Tests.Hdf5;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Formats.Tests.Export;

/// <summary>What is exported and imported again, by the mapping that lies beside it, is the store that it came from.</summary>
public sealed class ImportedExportTests : IDisposable
{
    private readonly SmoothStore recorded = new();

    private EpisodeStore Store => recorded.Store;

    public void Dispose() => recorded.Dispose();

    /// <summary>Format, layout, whether it tells success, the policy where it is not the episode's, the error of displacements.</summary>
    public static TheoryData<string, string, bool, string?, float> All => new()
    {
        { "rlds", "actionable-models", true, null, 0 },
        // Poses are sums of displacements in float32.
        { "rlds", "mt_opt", false, "mt_opt", 1e-6f },
        { "rlds", "kuka", true, "kuka", 0 },
        { "rlds", "bridge", false, "bridge", 0 },
        { "rlds", "fractal20220817_data", true, "fractal20220817_data", 0 },
        { "robomimic", "actionable", true, null, 0 },
        { "minari", "actionable", true, null, 0 },
        { "ogbench", "ogbench", true, "actionable-models", 0 },
        { "ogbench", "ogbench-compact", true, "actionable-models", 0 },
        { "ogbench", "ogbench-regular", true, "actionable-models", 0 },
    };

    [Theory, MemberData(nameof(All))]
    public void It_is_the_recorded_store(string format, string layout, bool tells, string? policy, float error)
    {
        if (!IsThere(format, ImageEncoding.Lossless, nameof(It_is_the_recorded_store))) return;
        Export(format, layout, ImageEncoding.Lossless);
        var report = Import("again");
        Assert.Equal((true, 0L, 0L), (report.Complete, report.SkippedRecords, report.ClippedActions.Values.Sum()));
        Assert.Equal(tells ? SmoothStore.Episodes : 0, report.SuccessTold);
        using var again = EpisodeStore.Open(recorded.Path("again"));
        Assert.Equal(Store.Actions, again.Actions);
        AssertSameSteps(again, tells, policy, error, absoluteGripper: layout == "bridge");
        for (var f = 0L; f < Store.FrameCount; f++) Assert.Equal(Image(Store, f), Image(again, f));
    }

    [Theory]
    [InlineData("rlds", ImageEncoding.Lossless)]
    [InlineData("rlds", ImageEncoding.Jpeg)]
    [InlineData("minari", ImageEncoding.Lossless)]
    [InlineData("robomimic", ImageEncoding.Lossless)]
    public void Frames_left_in_place_are_those_of_an_import(string format, ImageEncoding images)
    {
        if (!IsThere(format, images, nameof(Frames_left_in_place_are_those_of_an_import))) return;
        Export(format, null, images);
        Import("again");
        Import("index", o => o with { InPlace = true });
        using var again = EpisodeStore.Open(recorded.Path("again"));
        using var index = EpisodeStore.Open(recorded.Path("index"), frames: InPlaceFrames.Open);
        AssertSameSteps(index, tells: true, null, 0, absoluteGripper: false);
        for (var f = 0L; f < Store.FrameCount; f++)
        {
            Assert.Equal(Image(again, f), Image(index, f));
            if (images == ImageEncoding.Lossless) Assert.Equal(Image(Store, f), Image(index, f));
        }
    }

    [Theory]
    [InlineData("rlds")]
    [InlineData("minari")]
    public void Images_of_JPEG_files_are_near_the_recorded_ones(string format)
    {
        if (!IsThere(format, ImageEncoding.Jpeg, nameof(Images_of_JPEG_files_are_near_the_recorded_ones))) return;
        Export(format, null, ImageEncoding.Jpeg);
        Import("again");
        using var again = EpisodeStore.Open(recorded.Path("again"));
        AssertSameSteps(again, tells: true, null, 0, absoluteGripper: false);
        for (var f = 0L; f < Store.FrameCount; f++)
            Assert.All(Image(Store, f).Zip(Image(again, f)), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 12));
    }

    [Fact]
    public void Compressed_images_cannot_stay_in_place()
    {
        Export("ogbench", null, ImageEncoding.Lossless);
        Assert.Contains("import without --in-place", Assert.Throws<ActionableException>(() => Import("index", o => o with { InPlace = true })).Message);
    }

    [Theory]
    [InlineData("rlds", "train", "test")]
    [InlineData("robomimic", "train", "valid")]
    [InlineData("ogbench", "train", "val")]
    [InlineData("minari", "all", null)]
    public void Parts_and_splits_are_the_stores_first_and_their_last(string format, string first, string? second)
    {
        if (!IsThere(format, ImageEncoding.Lossless, nameof(Parts_and_splits_are_the_stores_first_and_their_last))) return;
        var exporter = DatasetExporters.All.Single(e => e.Format == format);
        Assert.Equal(second is not null, exporter.Splits);
        var told = 0L;
        var options = new DatasetExportOptions("table", Validation: second is null ? 0 : 0.3, Episodes: 10);
        exporter.Write(Store, recorded.Path("out"), options, done => told = done, default);
        Assert.Equal(10, told);
        Assert.Equal(second is null ? 10 : 7, Import("first", split: first).Episodes);
        Assert.Equal(first, DatasetFile.Read(recorded.Path("first")).Header.Settings!["split"]);
        using (var store = EpisodeStore.Open(recorded.Path("first"))) Assert.Equal(Store.ActionsOf(6), store.ActionsOf(6));
        if (second is null) return;
        Assert.Equal(3, Import("second", split: second).Episodes);
        using (var store = EpisodeStore.Open(recorded.Path("second"))) Assert.Equal(Store.ActionsOf(9), store.ActionsOf(2));
        // Without a share the second split of before is gone.
        exporter.Write(Store, recorded.Path("out"), options with { Validation = 0 }, null, default);
        using var source = EpisodeSources.Open(recorded.Path("out"), new(Hdf5Reader: Hdf5Fixtures.Worker));
        Assert.DoesNotContain(second, source.Splits.Select(s => s.Name));
    }

    [Fact]
    public void The_split_by_its_name_or_by_default_is_one_import()
    {
        new RldsExporter().Write(Store, recorded.Path("out"), new("table", Validation: 0.5), null, default);
        Import("again");
        var before = File.ReadAllBytes(System.IO.Path.Combine(recorded.Path("again"), DatasetFile.Name));
        Import("again", o => o with { Resume = true }, "train");
        Import("named", split: "train");
        Assert.Equal(before, File.ReadAllBytes(System.IO.Path.Combine(recorded.Path("named"), DatasetFile.Name)));
        Assert.Contains("split: train there, train[:3] now",
            Assert.Throws<ActionableException>(() => Import("again", o => o with { Resume = true }, "train[:3]")).Message);
    }

    [Fact]
    public void Images_that_are_to_be_turned_are_counted()
    {
        if (!IsThere("rlds", ImageEncoding.Jpeg, nameof(Images_that_are_to_be_turned_are_counted))) return;
        // An EXIF directory of one entry: orientation 6.
        byte[] exif = [0xFF, 0xE1, 0, 34, .. "Exif\0\0MM\0*"u8, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
        new RldsExporter((pixels, height, width, quality) =>
        {
            var file = JpegEncoder.Encode(pixels, height, width, quality);
            // Every image of the first two episodes begins darker than the others do.
            return pixels[0] < 46 ? [.. file[..2], .. exif, .. file[2..]] : file;
        }).Write(Store, recorded.Path("out"), new("table", Images: ImageEncoding.Jpeg), null, default);
        var turned = Enumerable.Range(0, (int)Store.FrameCount).Count(f => Image(Store, f)[0] < 46);
        Assert.InRange(turned, 2, Store.FrameCount - 1);
        Assert.Equal(turned, Import("again").TurnedFrames);
        Assert.Contains($"\"turned_frames\": {turned},", File.ReadAllText(System.IO.Path.Combine(recorded.Path("again"), ImportReport.FileName)));
    }

    private void Export(string format, string? layout, ImageEncoding images)
    {
        var exporter = DatasetExporters.All.Single(e => e.Format == format);
        var files = exporter.Write(Store, recorded.Path("out"), new(layout?.Replace('-', '_') ?? "table", layout, images), null, default);
        Assert.Equal(files.Order(StringComparer.Ordinal),
            Directory.GetFiles(recorded.Path("out"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal));
        Assert.Single(files, f => f.EndsWith(EpisodeMapping.FileName, StringComparison.Ordinal));
    }

    private ImportReport Import(string name, Func<ImportOptions, ImportOptions>? change = null, string? split = null)
    {
        using var source = EpisodeSources.Open(recorded.Path("out"), new(split, Hdf5Reader: Hdf5Fixtures.Worker));
        var mapping = EpisodeMapping.For(source);
        Assert.NotNull(mapping);
        Assert.Equal(SmoothStore.Space, mapping.Actions);
        var options = new ImportOptions(recorded.Path(name));
        return DatasetImport.Run(source, mapping, change?.Invoke(options) ?? options, null, default);
    }

    private void AssertSameSteps(EpisodeStore again, bool tells, string? policy, float error, bool absoluteGripper)
    {
        Assert.Equal(Store.EpisodeCount, again.EpisodeCount);
        for (var e = 0; e < Store.EpisodeCount; e++)
        {
            Assert.Equal(Store.Steps(e), again.Steps(e));
            Assert.Equal(policy ?? Store.Policy(e), again.Policy(e));
            Assert.Equal(tells && Store.Success(e), again.Success(e));
            for (var t = 0; t <= Store.Steps(e); t++) Assert.Equal(Store.State(Store.FirstFrame(e) + t), again.State(again.FirstFrame(e) + t));
            for (var t = 0; t < Store.Steps(e); t++)
            {
                float[] expected = [.. Store.Action(e, t)], found = [.. again.Action(e, t)];
                if (absoluteGripper && expected[ActionSpace.Close] == expected[ActionSpace.Open])
                    expected[Store.State(Store.FirstFrame(e) + t)[0] == 1 ? ActionSpace.Close : ActionSpace.Open] = 1;
                for (var d = 0; d < ActionSpace.Dimensions; d++) Assert.Equal(expected[d], found[d], d > ActionSpace.Azimuth ? 0 : error);
            }
        }
    }

    private static byte[] Image(EpisodeStore store, long frame)
    {
        var image = new byte[store.Header.ImageBytes];
        store.ReadImage(frame, image);
        return image;
    }

    private static bool IsThere(string format, ImageEncoding images, string test) =>
        (format is not ("robomimic" or "minari") || Requirement.Met(Hdf5Library.IsThere, "libhdf5", test))
        && (images == ImageEncoding.Lossless || Requirement.Met(TurboJpegLibrary.IsThere, "libturbojpeg", test));
}
