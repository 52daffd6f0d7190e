using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Formats.Export;
using ActionableModels.Formats.Hdf5;
using ActionableModels.Formats.Images;
using ActionableModels.Formats.Sources;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Formats.Tests.Hdf5;

public class Hdf5ExporterTests
{
    private static readonly DatasetExportOptions Options = new("table");

    [Fact]
    public void A_robomimic_file_comes_back_exactly()
    {
        if (!Requirement.Met(Hdf5Library.IsThere, "libhdf5", nameof(A_robomimic_file_comes_back_exactly))) return;
        using var recorded = new Hdf5Store();
        long told = 0;
        var files = new RobomimicExporter().Write(recorded.Store, recorded.Out("a"), Options with { Validation = 0.1 }, count => told = count, default);
        Assert.Equal(["demo.hdf5", "demo.mapping.yaml"], files.Select(Path.GetFileName));
        Assert.Equal(recorded.Store.EpisodeCount, told);
        using var source = EpisodeSources.Open(files[0], new(Hdf5Reader: Hdf5Fixtures.Worker));
        Assert.Equal([new("all", 12), new("train", 11), new("valid", 1)], source.Splits);
        Compare(recorded, source, "obs", places: true, rewards => rewards.Numbers("rewards").Values[^1] > 0);
        Compare(recorded, source, "obs", places: true, episode => episode.Numbers("attributes/success").Values[0] > 0);
    }

    [Fact]
    public void A_Minari_dataset_comes_back_exactly()
    {
        if (!Requirement.Met(Hdf5Library.IsThere, "libhdf5", nameof(A_Minari_dataset_comes_back_exactly))) return;
        using var recorded = new Hdf5Store();
        var files = new MinariExporter().Write(recorded.Store, recorded.Out("a"), Options, null, default);
        Assert.Equal(["main_data.hdf5", "metadata.json", "mapping.yaml"], files.Select(Path.GetFileName));
        using var source = EpisodeSources.Open(recorded.Out("a"), new());
        Assert.Equal(("minari", "table-v0"), (source.Format, source.Name));
        Compare(recorded, source, "observations", places: true, episode => episode.Numbers("infos/success").Values[^1] > 0);
        Compare(recorded, source, "observations", places: true, episode => episode.Numbers("terminations").Values[^1] > 0);
        Compare(recorded, source, "observations", places: true, episode => episode.Numbers("truncations").Values[^1] == 0);
    }

    [Fact]
    public void A_Minari_dataset_of_JPEG_files_has_an_image_for_every_observation()
    {
        var test = nameof(A_Minari_dataset_of_JPEG_files_has_an_image_for_every_observation);
        if (!Requirement.Met(Hdf5Library.IsThere, "libhdf5", test) || !Requirement.Met(TurboJpegLibrary.IsThere, "libturbojpeg", test)) return;
        using var recorded = new Hdf5Store(3);
        new MinariExporter().Write(recorded.Store, recorded.Out("a"), Options with { Images = ImageEncoding.Jpeg }, null, default);
        using var source = EpisodeSources.Open(recorded.Out("a"), new());
        var number = 0;
        var image = new byte[recorded.Store.Header.ImageBytes];
        foreach (var item in source.Read(default, default))
        {
            using var episode = item.Episode!;
            for (var t = 0; t <= episode.Steps; t++)
            {
                recorded.Store.ReadImage(recorded.Store.FirstFrame(number) + t, image);
                Assert.Equal(JpegEncoder.Encode(image, Hdf5Store.Height, Hdf5Store.Width, Options.JpegQuality),
                    episode.Frame("observations/image", t).Bytes.ToArray());
            }
            number++;
        }
        Assert.Equal(3, number);
    }

    [Fact]
    public void Equal_episodes_are_equal_bytes()
    {
        if (!Requirement.Met(Hdf5Library.IsThere, "libhdf5", nameof(Equal_episodes_are_equal_bytes))) return;
        using var recorded = new Hdf5Store();
        foreach (var exporter in (IDatasetExporter[])[new RobomimicExporter(), new MinariExporter()])
        {
            var first = exporter.Write(recorded.Store, recorded.Out("a"), Options, null, default);
            Thread.Sleep(1100);
            var second = exporter.Write(recorded.Store, recorded.Out("b"), Options, null, default);
            foreach (var (a, b) in first.Zip(second)) Assert.Equal(File.ReadAllBytes(a), File.ReadAllBytes(b));
        }
    }

    [Fact]
    public void Python_reads_what_was_exported()
    {
        if (!Hdf5Fixtures.IsThere(nameof(Python_reads_what_was_exported))) return;
        using var recorded = new Hdf5Store();
        string[] files =
        [
            new RobomimicExporter().Write(recorded.Store, recorded.Out("r"), Options with { Validation = 0.1 }, null, default)[0],
            .. new MinariExporter().Write(recorded.Store, recorded.Out("m"), Options, null, default).Take(2),
        ];
        // Row by row: images, states, actions of all episodes, by which Python compares both files with them.
        var plain = recorded.Out("plain.bin");
        using (var bytes = new BinaryWriter(File.Create(plain)))
            for (var episode = 0; episode < recorded.Store.EpisodeCount; episode++)
            {
                var copy = recorded.Store.Copy(episode);
                bytes.Write(copy.Steps);
                bytes.Write(copy.Success ? 1 : 0);
                bytes.Write(copy.Images);
                foreach (var number in copy.States.Concat(copy.Actions)) bytes.Write(number);
            }
        var (code, output) = Hdf5Fixtures.Run([Repository.File("tests/fixtures/check_hdf5.py"), plain, $"{Hdf5Store.Height}", $"{Hdf5Store.Width}", .. files]);
        Assert.True(code == 0, output);
    }

    [Fact]
    public void What_a_format_has_not_is_refused()
    {
        using var recorded = new Hdf5Store(1);
        Assert.Contains("raw images", Assert.Throws<ActionableException>(() => new RobomimicExporter().Write(recorded.Store, recorded.Out("a"),
            Options with { Images = ImageEncoding.Jpeg }, null, default)).Message, StringComparison.Ordinal);
        foreach (var exporter in (IDatasetExporter[])[new RobomimicExporter(), new MinariExporter()])
            Assert.Contains("\"kuka\"", Assert.Throws<ActionableException>(() => exporter.Write(recorded.Store, recorded.Out("a"),
                Options with { Layout = "kuka" }, null, default)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cancelled_export_leaves_no_file()
    {
        if (!Requirement.Met(Hdf5Library.IsThere, "libhdf5", nameof(A_cancelled_export_leaves_no_file))) return;
        using var recorded = new Hdf5Store();
        using var cancellation = new CancellationTokenSource();
        foreach (var exporter in (IDatasetExporter[])[new RobomimicExporter(), new MinariExporter()])
        {
            Assert.Throws<OperationCanceledException>(() =>
                exporter.Write(recorded.Store, recorded.Out("a"), Options, _ => cancellation.Cancel(), cancellation.Token));
            Assert.Empty(Directory.GetFiles(recorded.Out("a"), "*", SearchOption.AllDirectories));
        }
    }

    private static void Compare(Hdf5Store recorded, IEpisodeSource source, string observations, bool places, Func<SourceEpisode, bool> success)
    {
        var number = 0;
        var bytes = File.ReadAllBytes(Path.Combine(source.Folder, source.Files[0].Path));
        foreach (var item in source.Read(default, default))
        {
            Assert.Null(item.Fault);
            using var episode = item.Episode!;
            var expected = recorded.Store.Copy(number++);
            Assert.Equal(expected.Steps, episode.Steps);
            Assert.Equal(expected.Actions, episode.Numbers("actions").Values);
            Assert.Equal(expected.States.Where((_, i) => i % ActionSpace.StateDimensions == 0), episode.Numbers($"{observations}/gripper_closed").Values);
            Assert.Equal(expected.States.Where((_, i) => i % ActionSpace.StateDimensions == 1), episode.Numbers($"{observations}/height").Values);
            Assert.Equal([expected.Policy], episode.Texts("attributes/policy"));
            Assert.Equal(expected.Success, success(episode));
            var field = observations == "obs" ? "obs/agentview_image" : "observations/image";
            for (var t = 0; t <= expected.Steps; t++)
            {
                var frame = episode.Frame(field, t);
                var pixels = expected.Images.AsSpan(t * recorded.Store.Header.ImageBytes, recorded.Store.Header.ImageBytes);
                Assert.Equal(new RawImage(Hdf5Store.Height, Hdf5Store.Width, 3), frame.Raw);
                Assert.True(pixels.SequenceEqual(frame.Bytes.Span));
                Assert.Equal(places, frame.Place is { } place && pixels.SequenceEqual(bytes.AsSpan((int)place.Offset, pixels.Length)));
            }
            Assert.Equal(recorded.Store.Header.ImageBytes * (expected.Steps + 1L), episode.MemoryBytes);
        }
        Assert.Equal(recorded.Store.EpisodeCount, number);
    }
}
