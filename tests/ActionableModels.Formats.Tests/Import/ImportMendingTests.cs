using System.Diagnostics;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Formats.Images;
using ActionableModels.Formats.Import;

namespace ActionableModels.Formats.Tests.Import;

public sealed class ImportMendingTests : IDisposable
{
    private readonly ImportFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory, InlineData(1), InlineData(4)]
    public void No_good_episode_is_lost_where_image_sizes_differ_between_episodes(int threads)
    {
        FakeImportSource.Write(folder.Source, 1, 64, e => e is 5 or 6 or 20 or 21 ? FakeFault.Mapping : FakeFault.None);
        var report = DatasetImport.Run(new FakeImportSource(folder.Source) { Turned = (record, _) => record % 2 == 0 },
            new FakeImportMapping().Parts() with { Decoder = ImportParts.DecoderOf }, ImportFolder.Options(folder.At("data"), o => o with { Threads = threads }),
            null, default);
        Assert.Equal((60, 4), (report.Episodes, report.SkippedEpisodes));
        Assert.Equal(2, report.OriginalSizes.Count);
    }

    [Fact]
    public void An_episode_whose_images_differ_in_size_is_left_out()
    {
        FakeImportSource.Write(folder.Source, 1, 10);
        var report = folder.Import("data", source: new(folder.Source) { Turned = (record, row) => record == 4 && row == 1 });
        Assert.Equal((9, "image 1 has 6x8 pixels (height x width), those before have 8x6: record an episode with one size"),
            (report.Episodes, Assert.Single(report.Skipped).Why));
    }

    [Fact]
    public void A_dataset_that_is_to_be_replaced_stays_until_there_is_another()
    {
        FakeImportSource.Write(folder.Source, 1, 60);
        folder.Import("data");
        var files = folder.Files("data");
        Assert.Contains("--crop", Assert.Throws<ActionableException>(() => folder.Import("data", o => o with { Force = true, Crop = (4000, 4000) })).Message);
        Assert.Equal(files, folder.Files("data"));
        Assert.Throws<ActionableException>(() => folder.Import("data", o => o with { Force = true, ShardBytes = 1000, Episodes = 4, OnFault = OnFault.Fatal },
            new(folder.Source) { Turned = (record, row) => record == 0 && row == 1 }));
        Assert.Equal(files, folder.Files("data"));
        folder.Import("data", o => o with { Force = true });
        Assert.Equal(files, folder.Files("data"));
    }

    [Theory, InlineData("shard-old.safetensors.bak", false), InlineData("shard-1.safetensors", true), InlineData("import.json", false)]
    public void Files_of_others_are_left_alone(string name, bool force)
    {
        FakeImportSource.Write(folder.Source, 1, 5);
        Directory.CreateDirectory(folder.At("data"));
        File.WriteAllText(folder.At($"data/{name}"), "{}");
        Assert.Contains(name, Assert.Throws<ActionableException>(() => folder.Import("data", o => o with { Force = force })).Message);
        Assert.Equal("{}", File.ReadAllText(folder.At($"data/{name}")));
    }

    [Fact]
    public void What_a_killed_import_left_is_cleared_away()
    {
        FakeImportSource.Write(folder.Source, 1, 5);
        Directory.CreateDirectory(folder.At("data"));
        File.WriteAllText(folder.At("data/shard-00007.safetensors"), "");
        File.WriteAllText(folder.At("data/shard-00007.safetensors.partial"), "");
        folder.Import("data");
        Assert.Empty(Directory.GetFiles(folder.At("data"), "shard-00007*"));
    }

    [Fact]
    public async Task A_pipe_among_the_files_is_not_opened_for_its_hash()
    {
        FakeImportSource.Write(folder.Source, 3, 8);
        var pipe = Path.Combine(folder.Source, "part-1.bin");
        File.Delete(pipe);
        using (var make = Process.Start("mkfifo", pipe)) make.WaitForExit();
        var report = await Task.Run(() => folder.Import("data")).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal([true, false, true], report.Files.Select(f => f.Sha256 is not null));
    }

    [Fact]
    public void Files_that_are_links_are_imported()
    {
        FakeImportSource.Write(folder.At("store"), 2, 8);
        Directory.CreateDirectory(folder.Source);
        foreach (var file in Directory.GetFiles(folder.At("store"))) File.CreateSymbolicLink(Path.Combine(folder.Source, Path.GetFileName(file)), file);
        Assert.Equal(16, folder.Import("data").Episodes);
    }

    [Fact]
    public void Lost_episodes_count_not_faults()
    {
        SkipLimit Limit(string text) => SkipLimit.Parse(text)!.Value;
        FakeImportSource Source(long lost)
        {
            FakeImportSource.Write(folder.Source, 3, 20);
            return new(folder.Source) { Missing = "part-1.bin", Lost = lost };
        }
        Assert.Contains("20 of 40 episodes are lost: more than --most-skipped 10", Assert.Throws<ActionableException>(() =>
            folder.Import("a", o => o with { MostSkipped = Limit("10") }, Source(20))).Message);
        var told = 0L;
        Assert.Equal(40, folder.Import("b", o => o with { MostSkipped = Limit("20") }, Source(20), progress: at => told = at.Episodes + at.Skipped).Episodes);
        Assert.Equal(60, told);
        Assert.Contains("nobody knows how many", Assert.Throws<ActionableException>(() =>
            folder.Import("c", o => o with { MostSkipped = Limit("99%") }, Source(-1))).Message);
        Assert.Equal(40, folder.Import("d", o => o with { MostSkipped = Limit("100%") }, Source(-1)).Episodes);
    }

    [Fact]
    public void The_rest_of_a_file_that_changes_while_it_is_read_is_left_out()
    {
        FakeImportSource.Write(folder.Source, 3, 40);
        var path = Path.Combine(folder.Source, "part-1.bin");
        var times = 0;
        var source = new FakeImportSource(folder.Source)
        {
            Reading = place =>
            {
                if (place is { File: 1, Record: 4 } && times++ == 0) File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(1));
            },
        };
        var report = folder.Import("data", source: source);
        Assert.InRange(report.Episodes, 80, 84);
        Assert.Equal(120, report.Episodes + report.SkippedEpisodes);
        Assert.Contains(report.Skipped, s => s is { File: "part-1.bin", Record: null } && s.Why.StartsWith("the file was changed while it was read"));
        Assert.Equal([true, false, true], report.Files.Select(f => f.Sha256 is not null));
        using var store = EpisodeStore.Open(folder.At("data"), verifyHashes: true);
        Assert.Equal(report.Episodes, store.EpisodeCount);
    }

    [Fact]
    public void A_source_with_other_files_is_not_said_to_be_resumable()
    {
        FakeImportSource.Write(folder.Source, 2, 40);
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => folder.Import("data", cancellation: stop.Token, progress: at =>
        {
            if (at.Kept) stop.Cancel();
        }));
        File.AppendAllText(Path.Combine(folder.Source, "part-1.bin"), "more");
        Assert.Contains("only a source with the same files can be gone on with", Assert.Throws<ActionableException>(() =>
            folder.Import("data", o => o with { Resume = true })).Message);
    }

    [Fact]
    public void Shards_grow_with_the_source_as_far_as_memory_allows()
    {
        const long Gibibyte = 1L << 30;
        Assert.Equal(64 << 20, ImportMemory.ShardBytesFor(Gibibyte, 1e9));
        Assert.Equal(256 << 20, ImportMemory.ShardBytesFor(Gibibyte, 2e13));
        Assert.Equal(2000 << 20, ImportMemory.ShardBytesFor(16 * Gibibyte, 2000.0 * (1 << 20) * 10_000));
        FakeImportSource.Write(folder.Source, 1, 5);
        Assert.Equal($"{64 << 20}", folder.Import("data", o => o with { ShardBytes = null, Memory = Gibibyte }).Settings["shard_bytes"]);
    }

    [Fact]
    public void The_sources_own_folder_takes_no_dataset()
    {
        FakeImportSource.Write(folder.Source, 1, 5);
        Assert.Contains("would hide it", Assert.Throws<ActionableException>(() => folder.Import("source")).Message);
        Assert.Contains("would hide it", Assert.Throws<ActionableException>(() => folder.Import("source/..")).Message);
        Assert.Single(Directory.GetFileSystemEntries(folder.Source));
    }

    [Fact]
    public void Whether_success_is_told_is_the_mappings_to_say()
    {
        FakeImportSource.Write(folder.Source, 1, 5);
        Assert.Equal("told", folder.Import("data").Settings["success"]);
    }
}
