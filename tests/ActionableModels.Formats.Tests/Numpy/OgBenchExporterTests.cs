using System.Security.Cryptography;
using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Formats.Export;
using ActionableModels.Formats.Numpy;
using ActionableModels.Formats.Sources;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Formats.Tests.Numpy;

public sealed class OgBenchExporterTests
{
    private static readonly int[] Lengths = [4, 1, 3, 2, 6];

    [Theory]
    [InlineData(null)]
    [InlineData("ogbench-compact")]
    [InlineData("ogbench-regular")]
    public void What_is_written_is_read_to_the_same_values(string? layout)
    {
        using var folder = new NpzFolder();
        using var store = Recorded(folder["store"]);
        var told = new List<long>();
        var files = new OgBenchExporter().Write(store, folder["out"], new("reach", layout, Validation: 0.4), told.Add, CancellationToken.None);
        Assert.Equal([folder["out/reach.npz"], folder["out/reach-val.npz"], folder["out/reach.mapping.yaml"]], files);
        Assert.Equal([1, 2, 3, 4, 5], told);
        var episode = 0;
        foreach (var split in new[] { "train", "val" })
        {
            using var source = EpisodeSources.Open(folder["out"], new(split));
            foreach (var item in NpzFolder.ReadAll(source)) Equal(store, episode++, item.Episode!, layout == "ogbench-regular");
        }
        Assert.Equal(Lengths.Length, episode);
    }

    [Fact]
    public void Equal_stores_give_equal_files()
    {
        using var folder = new NpzFolder();
        using var store = Recorded(folder["store"]);
        var hashes = new[] { "a", "b" }.Select(f => new OgBenchExporter().Write(store, folder[f], new("x"), null, CancellationToken.None))
            .Select(f => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f[0])))).ToArray();
        Assert.Equal(hashes[0], hashes[1]);
    }

    [Fact]
    public void Numpy_reads_what_is_written()
    {
        if (!Requirement.Program("/usr/bin/python3", nameof(Numpy_reads_what_is_written))) return;
        using var folder = new NpzFolder();
        using var store = Recorded(folder["store"]);
        var path = new OgBenchExporter().Write(store, folder["out"], new("x"), null, CancellationToken.None)[0];
        var lines = OgBenchPythonTests.Tell(path);
        var frames = store.FrameCount;
        byte[] all = [.. Enumerable.Range(0, store.EpisodeCount).SelectMany(e => store.Copy(e).Images)];
        Assert.Equal(["actions <f4 21x7", "gripper_closed <f4 21", "height <f4 21", "observations |u1 21x4x5x3", "success <f4 21", "terminals <f4 21"],
            lines.Select(l => l[..l.LastIndexOf(' ')]));
        Assert.Equal(21, frames);
        Assert.EndsWith(Convert.ToHexString(SHA256.HashData(all)).ToLowerInvariant(), lines.Single(l => l.StartsWith("observations")));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        using var folder = new NpzFolder();
        using var store = Recorded(folder["store"]);
        Refused("is none of", new("x", "other"));
        Refused("no file name", new("a/b"));
        Refused("raw pixels", new("x", Images: ImageEncoding.Jpeg));
        Refused("a share of 1 for a split of its own is not valid", new("x", Validation: 1));
        Assert.False(Directory.Exists(folder["out"]));

        void Refused(string message, DatasetExportOptions options) => Assert.Contains(message, Assert.Throws<ActionableException>(
            () => new OgBenchExporter().Write(store, folder["out"], options, null, CancellationToken.None)).Message);
    }

    [Fact]
    public void A_cancelled_export_leaves_no_file()
    {
        using var folder = new NpzFolder();
        using var store = Recorded(folder["store"]);
        using var cancel = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => new OgBenchExporter().Write(store, folder["out"], new("x"),
            n => { if (n == 2) cancel.Cancel(); }, cancel.Token));
        Assert.Empty(Directory.GetFiles(folder["out"]));
    }

    private static EpisodeStore Recorded(string folder)
    {
        var random = new Random(7);
        using (var writer = EpisodeWriter.Open(folder, new DatasetHeader("reach", 4, 5, ActionSpace.QtOpt)))
        {
            foreach (var (number, steps) in Lengths.Index())
            {
                var images = new byte[(steps + 1) * 60];
                random.NextBytes(images);
                var actions = Enumerable.Range(0, steps * 7).Select(i => i % 7 < 4 ? (random.NextSingle() - 0.5f) * 0.2f : random.Next(2)).ToArray();
                var states = Enumerable.Range(0, (steps + 1) * 2).Select(i => i % 2 == 0 ? random.Next(2) : random.NextSingle()).ToArray();
                writer.Add(new Episode(images, states, actions, number % 2 == 0, "scripted"));
            }
            writer.Complete();
        }
        return EpisodeStore.Open(folder);
    }

    private static void Equal(EpisodeStore store, int number, SourceEpisode episode, bool regular)
    {
        var expected = store.Copy(number);
        Assert.Equal(expected.Steps, episode.Steps);
        for (var t = 0; t <= expected.Steps; t++)
            Assert.Equal(expected.Images[(t * 60)..(t * 60 + 60)], episode.Frame("observations", t).Bytes.ToArray());
        Assert.Equal(expected.Actions, episode.Numbers("actions").Values[..expected.Actions.Length]);
        Assert.Equal(expected.States.Where((_, i) => i % 2 == 0), episode.Numbers("gripper_closed").Values);
        Assert.Equal(expected.States.Where((_, i) => i % 2 == 1), episode.Numbers("height").Values);
        Assert.All(episode.Numbers("success").Values, s => Assert.Equal(expected.Success ? 1 : 0, s));
        var flags = episode.Numbers("terminals").Values;
        Assert.Equal(regular ? expected.Steps : expected.Steps + 1, flags.Length);
        Assert.Equal(1, flags[^1]);
    }
}
