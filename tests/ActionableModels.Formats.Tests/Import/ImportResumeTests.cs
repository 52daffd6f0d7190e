using System.Diagnostics;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Formats.Images;
using ActionableModels.Formats.Import;

namespace ActionableModels.Formats.Tests.Import;

public sealed class ImportResumeTests : IDisposable
{
    private const int Kills = 24;
    private readonly ImportFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Killed_at_random_moments_and_resumed_it_ends_with_the_bytes_of_an_unbroken_import()
    {
        FakeImportSource.Write(folder.Source, 4, 60, ImportTests.Faults);
        DatasetImport.Run(new FakeImportSource(folder.Source), new FakeImportMapping().Parts(), ImportProcess.Options(folder.At("unbroken"), 1), null, default);
        using (var whole = ImportProcess.Start(folder.Source, folder.At("whole"), 3, 0))
        {
            Assert.True(whole.WaitForExit(60_000));
            Assert.True(whole.ExitCode == 0, whole.StandardError.ReadToEnd());
        }
        Assert.Equal(folder.Files("unbroken"), folder.Files("whole"));

        var random = new Random(7);
        var (killed, moments) = (0, new HashSet<int>());
        for (var run = 0; killed < Kills; run++)
        {
            var output = folder.At($"killed-{run}");
            var before = -1;
            for (var turn = 0; !File.Exists(Path.Combine(output, "import.json")); turn++)
            {
                using var process = ImportProcess.Start(folder.Source, output, 1 + turn % 3, 4);
                // The runtime's own start takes most of a short run: the moment counts from the first shard of this run on.
                var patience = Stopwatch.StartNew();
                while (Shards(output) <= Math.Max(before, 0) && !process.HasExited && patience.ElapsedMilliseconds < 20_000) Thread.Sleep(1);
                if (process.WaitForExit(random.Next(120))) Assert.True(process.ExitCode == 0, process.StandardError.ReadToEnd());
                else
                {
                    process.Kill();
                    process.WaitForExit();
                    killed++;
                    moments.Add(Shards(output));
                }
                before = Shards(output);
                Assert.True(turn < 100);
            }
            Assert.Equal(folder.Files("unbroken"), folder.Files(Path.GetFileName(output)));
        }
        Assert.True(moments.Count > 2);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Whatever_the_disk_holds_at_any_moment_of_a_write_can_be_gone_on_from(bool inPlace)
    {
        FakeImportSource.Write(folder.Source, 2, 14, ImportTests.Faults);
        ImportOptions Form(ImportOptions o) => o with { InPlace = inPlace, EpisodesPerShard = 3 };
        var moments = 0;
        folder.Import("unbroken", o => Form(o) with
        {
            Probe = (_, _) => Copy(folder.At("unbroken"), folder.At($"moment-{moments++}")),
        });
        Assert.InRange(moments, 30, 200);
        for (var m = 0; m < moments; m++)
        {
            folder.Import($"moment-{m}", o => Form(o) with { Resume = true, Threads = 1 + m % 3 });
            Assert.Equal(folder.Files("unbroken"), folder.Files($"moment-{m}"));
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Whatever_the_disk_holds_while_a_dataset_is_replaced_can_be_gone_on_from(bool inPlace)
    {
        FakeImportSource.Write(folder.Source, 1, 14);
        // An index counts as few bytes: 64 fill a shard after two episodes or three.
        ImportOptions Form(ImportOptions o) => o with { InPlace = inPlace, ShardBytes = inPlace ? 64 : 1000 };
        folder.Import("unbroken", Form);
        folder.Import("replaced", o => Form(o) with { InPlace = !inPlace });
        var moments = 0;
        folder.Import("replaced", o => Form(o) with { Force = true, Probe = (_, _) => Copy(folder.At("replaced"), folder.At($"moment-{moments++}")) });
        Assert.Equal(folder.Files("unbroken"), folder.Files("replaced"));
        for (var m = 0; m < moments; m++)
        {
            folder.Import($"moment-{m}", o => Form(o) with { Resume = true });
            Assert.Equal(folder.Files("unbroken"), folder.Files($"moment-{m}"));
        }
    }

    [Fact]
    public void A_write_that_fails_leaves_what_can_be_gone_on_from()
    {
        FakeImportSource.Write(folder.Source, 2, 60);
        folder.Import("unbroken");
        for (var failing = 0; failing < 20; failing += 3)
        {
            var at = failing;
            Assert.Throws<ActionableException>(() => folder.Import("data", o => o with
            {
                Resume = true, Probe = (_, path) =>
                {
                    if (at-- == 0) throw new IOException("no room", 28);
                },
            }));
        }
        folder.Import("data", o => o with { Resume = true });
        Assert.Equal(folder.Files("unbroken"), folder.Files("data"));
    }

    [Fact]
    public void A_dataset_that_is_there_is_neither_replaced_nor_added_to_unasked()
    {
        FakeImportSource.Write(folder.Source, 1, 20);
        folder.Import("data");
        var files = folder.Files("data");
        Assert.Contains("holds a dataset already: go on with --resume, replace it with --force", Assert.Throws<ActionableException>(() => folder.Import("data")).Message);
        Assert.Contains("give one of them", Assert.Throws<ActionableException>(() => folder.Import("data", o => o with { Resume = true, Force = true })).Message);
        Assert.Equal(20, folder.Import("data", o => o with { Resume = true }).Episodes);
        Assert.Equal(files, folder.Files("data"));
        folder.Import("data", o => o with { Force = true, Episodes = 2 });
        Assert.Single(folder.Files("data").Keys, k => k.StartsWith("shard-"));
        folder.Import("data", o => o with { Force = true });
        Assert.Equal(files, folder.Files("data"));
    }

    [Fact]
    public void Going_on_otherwise_than_it_was_begun_is_refused_with_what_differs()
    {
        FakeImportSource.Write(folder.Source, 2, 20);
        ImportOptions Begun(ImportOptions o) => o with { Resume = true, Crop = (4, 4), Place = CropPlace.Random, Seed = 3, Episodes = 30 };
        Assert.Throws<ActionableException>(() => folder.Import("data", o => Begun(o) with { Probe = Fourth() }));
        var files = folder.Files("data");
        void Differs(string what, Func<ImportOptions, ImportOptions> change, FakeImportSource? source = null, FakeImportMapping? mapping = null)
        {
            var fault = Assert.Throws<ActionableException>(() => folder.Import("data", o => change(Begun(o)), source, mapping));
            Assert.Contains("was begun otherwise (", fault.Message);
            Assert.Contains(what, fault.Message);
            Assert.Equal(files, folder.Files("data"));
        }
        Differs("seed: 3 there, 4 now", o => o with { Seed = 4 });
        Differs("crop: 4x4 there, 5x4 now", o => o with { Crop = (5, 4) });
        Differs("image size: 4x4 there, 7x7 now", o => o with { ImageSize = (7, 7) });
        Differs("crop_place: random there, centre now", o => o with { Place = CropPlace.Centre });
        Differs("split: all there, train[:90%] now", o => o, new(folder.Source) { Split = "train[:90%]" });
        Differs("episodes: 30 there, none now", o => o with { Episodes = null });
        Differs("images: in the dataset there, in place in ", o => o with { InPlace = true });
        Differs("source: fake_robot there, other now", o => o, new(folder.Source) { Name = "other" });
        Differs("mapping: fake there, mine now", o => o, mapping: new() { Name = "mine" });
        Differs("mapping_sha256: ", o => o, mapping: new() { Text = "another text" });
        File.AppendAllText(Path.Combine(folder.Source, "part-1.bin"), "more");
        Differs("source_list_sha256: ", o => o);
    }

    [Fact]
    public void A_dataset_that_no_import_wrote_is_not_gone_on_with()
    {
        FakeImportSource.Write(folder.Source, 1, 5);
        using (var writer = EpisodeWriter.Open(folder.At("data"), new("collected", 8, 6, new FakeImportMapping().Actions)))
        {
            writer.Add(new(new byte[2 * 144], new float[4], new float[7], false, "p"));
            writer.Complete();
        }
        Assert.Contains("was begun otherwise", Assert.Throws<ActionableException>(() => folder.Import("data", o => o with { Resume = true })).Message);
    }

    private static int Shards(string output) => Directory.Exists(output) ? Directory.GetFiles(output, "shard-*.safetensors").Length : 0;

    private static Action<Storage.WritePoint, string> Fourth()
    {
        var count = 0;
        return (_, _) =>
        {
            if (++count == 20) throw new IOException("no room", 28);
        };
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
        {
            if (Path.GetFileName(file) == EpisodeWriter.LockName) continue;
            // A file that is being written is locked: what a killed process leaves of it is anything.
            if (file.EndsWith(".partial", StringComparison.Ordinal)) File.WriteAllText(Path.Combine(to, Path.GetFileName(file)), "half a file");
            else File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }
}
