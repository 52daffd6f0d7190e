using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Storage;
using ActionableModels.Tests.Storage;

namespace ActionableModels.Tests.Data;

/// <summary>Looks at the disk at every point of the writing, as it would lie there after a kill, and makes the writing fail at every point.</summary>
public sealed class EpisodeWriterKillTests : IDisposable
{
    static readonly int[] Lengths = [3, 0, 2, 1, 4];
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_kill_at_any_point_leaves_a_whole_dataset_that_can_be_continued()
    {
        var snapshots = new List<(string Folder, string At)>();
        using (var writer = EpisodeWriter.Open(folder["data"], TestEpisodes.Header, 2, 1 << 20, (point, path) =>
        {
            var name = folder[$"killed-{snapshots.Count}"];
            Snapshot(folder["data"], name);
            snapshots.Add((name, $"{Path.GetFileName(path)} {point}"));
        }))
        {
            for (var i = 0; i < Lengths.Length; i++)
                writer.Add(TestEpisodes.Make(i, Lengths[i]));
            writer.Complete();
        }
        Assert.Equal(3 * 2 * Enum.GetValues<WritePoint>().Length, snapshots.Count);
        var most = 0;
        foreach (var (killed, at) in snapshots)
        {
            var written = 0;
            if (File.Exists(Path.Combine(killed, "dataset.json")))
                using (var store = EpisodeStore.Open(killed, verifyHashes: true))
                    written = store.EpisodeCount;
            Assert.True(written >= most && written is 0 or 2 or 4 or 5, at);
            most = written;
            TestEpisodes.Record(killed, Lengths[written..], first: written);
            foreach (var file in Directory.GetFiles(folder["data"]))
                Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(killed, Path.GetFileName(file))));
            Assert.Equal(Directory.GetFiles(folder["data"]).Length, Directory.GetFiles(killed).Length);
        }
        Assert.Equal(5, most);
    }

    [Fact]
    public void A_failure_at_any_point_leaves_a_whole_dataset_and_no_temporaries()
    {
        var points = 2 * 2 * Enum.GetValues<WritePoint>().Length;
        for (var failing = 0; failing < points; failing++)
        {
            var data = folder[$"failed-{failing}"];
            var calls = 0;
            var recorded = 0;
            using (var writer = EpisodeWriter.Open(data, TestEpisodes.Header, 2, 1 << 20,
                (_, _) => { if (calls++ == failing) throw new IOException("broken disk"); }))
            {
                var error = Assert.Throws<ActionableException>(() =>
                {
                    for (var i = 0; i < 4; i++)
                        writer.Add(TestEpisodes.Make(i, Lengths[i]));
                });
                Assert.Contains("cannot be written (broken disk)", error.Message);
                Assert.Throws<ObjectDisposedException>(() => writer.Add(TestEpisodes.Make(4, 1)));
                Assert.Throws<ObjectDisposedException>(writer.Complete);
            }
            Assert.Empty(Directory.GetFiles(data, "*.partial"));
            if (File.Exists(Path.Combine(data, "dataset.json")))
                using (var store = EpisodeStore.Open(data, verifyHashes: true))
                    recorded = store.EpisodeCount;
            TestEpisodes.Record(data, Lengths[recorded..], first: recorded);
            using var whole = EpisodeStore.Open(data, verifyHashes: true);
            for (var i = 0; i < Lengths.Length; i++)
                TestEpisodes.AssertEqual(TestEpisodes.Make(i, Lengths[i]), whole.Copy(i));
        }
    }

    // What is being written is held by its writer: of that, a kill may leave anything, here bytes that are no shard.
    static void Snapshot(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from))
            if (file.EndsWith(".partial", StringComparison.Ordinal))
                File.WriteAllText(Path.Combine(to, Path.GetFileName(file)), "neither whole nor right");
            else if (Path.GetFileName(file) != EpisodeWriter.LockName)
                File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }
}
