using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Formats.Images;
using ActionableModels.Formats.Import;
using ActionableModels.Formats.Sources;

namespace ActionableModels.Formats.Tests.Import;

public sealed class ImportTests : IDisposable
{
    private readonly ImportFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Every_episode_arrives_with_its_images_actions_and_success()
    {
        FakeImportSource.Write(folder.Source, 3, 10);
        var report = folder.Import("data");
        using var store = EpisodeStore.Open(folder.At("data"), verifyHashes: true);
        Assert.Equal((30, 8, 6), (store.EpisodeCount, store.ImageHeight, store.ImageWidth));
        Assert.Equal((30, store.StepCount, store.FrameCount, 30), (report.Episodes, report.Steps, report.Frames, report.RecordsRead));
        Assert.True(report.Complete);
        Assert.True(store.ShardCount > 3);
        var image = new byte[FakeImportSource.FrameBytes];
        for (var e = 0; e < 30; e++)
        {
            Assert.Equal(1 + e * 7 % 5, store.Steps(e));
            Assert.Equal("human", store.Policy(e));
            Assert.Equal(e % 10 % 3 != 0 && e % 2 == 0, store.Success(e));
            for (var row = 0; row <= store.Steps(e); row++)
            {
                store.ReadImage(store.FirstFrame(e) + row, image);
                Assert.Equal((byte)(e * 37 + row * 11 + 143 * 3), image[143]);
            }
        }
        Assert.Equal((18, 9), (report.SuccessTold, report.Successes));
        Assert.Equal((30, 15, 0), (report.ClippedActions["y"], report.ClippedActions["terminate"], report.ClippedActions["x"]));
        Assert.Equal([new(8, 6, store.FrameCount)], report.OriginalSizes);
        var settings = store.Header.Settings!;
        Assert.Equal(("fake_robot", "fake", "told", "8x6"), (settings["source"], settings["mapping"], settings["success"], settings["source_images"]));
    }

    [Theory, InlineData(1), InlineData(2), InlineData(7)]
    public void The_bytes_do_not_depend_on_threads_or_memory(int threads)
    {
        FakeImportSource.Write(folder.Source, 4, 12, Faults);
        folder.Import("one", o => Random(o) with { Threads = 1 });
        folder.Import("other", o => Random(o) with { Threads = threads, Memory = 16_600 });
        Assert.Equal(folder.Files("one"), folder.Files("other"));
        Assert.Contains("import.json", folder.Files("one").Keys);
    }

    [Fact]
    public void A_random_crop_goes_by_the_number_that_the_episode_gets()
    {
        FakeImportSource.Write(folder.Source, 2, 40, Faults);
        folder.Import("data", o => Random(o) with { Threads = 5 });
        using var store = EpisodeStore.Open(folder.At("data"));
        var image = new byte[store.Header.ImageBytes];
        var kept = Enumerable.Range(0, 80).Where(e => Faults(e) == FakeFault.None).ToArray();
        Assert.Equal(kept.Length, store.EpisodeCount);
        for (var e = 0; e < kept.Length; e++)
        {
            store.ReadImage(store.FirstFrame(e), image);
            Assert.Equal((byte)(kept[e] * 37 + (e * 5 + 3) % 13 * 3), image[0]);
        }
    }

    [Fact]
    public void What_cannot_be_used_is_left_out_and_reported()
    {
        FakeImportSource.Write(folder.Source, 2, 20, Faults);
        var source = new FakeImportSource(folder.Source);
        var report = folder.Import("data", source: source);
        Assert.Equal(0, source.Alive);
        Assert.Equal(40, report.RecordsRead);
        Assert.Equal(Enumerable.Range(0, 40).Count(e => Faults(e) != FakeFault.None), report.SkippedRecords);
        Assert.Equal(40, report.Episodes + report.SkippedEpisodes);
        Assert.Contains(new SkippedRecord("part-0.bin", 5, null, "its checksum is wrong: restore the file", 1), report.Skipped);
        Assert.Contains(new SkippedRecord("part-0.bin", 7, "action", "it has 6 numbers, 7 are needed: mend the mapping", 1), report.Skipped);
        Assert.Contains(report.Skipped, s => s is { File: "part-1.bin", Record: 3, Field: "camera" } && s.Why.StartsWith("image "));
        Assert.Contains(report.Skipped, s => s is { File: "part-0.bin", Record: 13 } && s.Why.Contains("no step"));
        Assert.Equal(report.Skipped, ImportReport.Read(folder.At("data"))!.Skipped);
        Assert.DoesNotContain(Path.GetTempPath(), File.ReadAllText(folder.At("data/import.json")) + File.ReadAllText(folder.At("data/dataset.json")));
    }

    [Fact]
    public void A_fault_is_fatal_where_it_is_to_be_and_the_import_goes_on_behind_it_later()
    {
        FakeImportSource.Write(folder.Source, 2, 20, Faults);
        folder.Import("unbroken");
        var source = new FakeImportSource(folder.Source);
        var fault = Assert.Throws<ActionableException>(() => folder.Import("data", o => o with { OnFault = OnFault.Fatal }, source));
        Assert.Contains("part-0.bin: record 5: its checksum is wrong", fault.Message);
        Assert.Equal(0, source.Alive);
        folder.Import("data", o => o with { Resume = true });
        Assert.Equal(folder.Files("unbroken"), folder.Files("data"));
    }

    [Fact]
    public void Too_many_faults_end_the_import()
    {
        FakeImportSource.Write(folder.Source, 1, 40, e => e % 2 == 0 ? FakeFault.Mapping : FakeFault.None);
        Assert.Contains("4 of 7 episodes are lost: more than --most-skipped 3 allows; the last: ", Assert.Throws<ActionableException>(() =>
            folder.Import("data", o => o with { MostSkipped = SkipLimit.Parse("3")!.Value })).Message);
        Assert.Contains("11 of 21 episodes", Assert.Throws<ActionableException>(() =>
            folder.Import("data", o => o with { MostSkipped = SkipLimit.Parse("10%")!.Value, Force = true })).Message);
        Assert.Equal(20, folder.Import("data", o => o with { MostSkipped = SkipLimit.Parse("55%")!.Value, Force = true }).SkippedRecords);
    }

    [Fact]
    public void A_source_without_one_good_record_is_named()
    {
        FakeImportSource.Write(folder.Source, 1, 4, _ => FakeFault.Mapping);
        Assert.Contains("none of its first 4 records can be used; the first: ", Assert.Throws<ActionableException>(() => folder.Import("data")).Message);
        Assert.False(File.Exists(folder.At("data/dataset.json")));
    }

    [Fact]
    public void An_episode_that_does_not_fit_in_memory_is_fatal_and_the_setting_is_named()
    {
        FakeImportSource.Write(folder.Source, 1, 5, steps: 400);
        var fault = Assert.Throws<SourceException>(() => folder.Import("data", o => o with { Memory = 16_000, ImageSize = (16, 12) }));
        Assert.Contains("part-0.bin: record 1: its 9 images take 5184 bytes, and of --memory 1M an episode may take 4000: give at least --memory 1M, "
            + "smaller images, or --in-place", fault.Message);
    }

    [Fact]
    public void A_record_that_does_not_fit_in_memory_is_fatal_and_the_setting_is_named()
    {
        FakeImportSource.Write(folder.Source, 1, 5);
        var fault = Assert.Throws<SourceException>(() => folder.Import("data", o => o with { Memory = 400 << 20 }, new(folder.Source) { Claim = 101 << 20 }));
        Assert.Contains("part-0.bin: record 0: the record takes 105906176 bytes, and of --memory 400M a quarter is for records: give at least --memory 404M",
            fault.Message);
    }

    [Fact]
    public void Shards_that_leave_no_room_for_episodes_are_refused()
    {
        FakeImportSource.Write(folder.Source, 1, 3);
        Assert.Contains("need at least --memory 256M, given are 100M",
            Assert.Throws<ActionableException>(() => folder.Import("data", o => o with { Memory = 100 << 20, ShardBytes = 64 << 20 })).Message);
    }

    [Fact]
    public void The_memory_in_flight_stays_within_its_share()
    {
        FakeImportSource.Write(folder.Source, 1, 200);
        var source = new FakeImportSource(folder.Source) { Claim = 1 << 20 };
        var most = 0;
        folder.Import("data", o => o with { Threads = 6, Memory = 20 << 20 }, source,
            new() { Working = _ => InterlockedMax(ref most, source.Alive) });
        Assert.InRange(most, 1, 5);
    }

    [Fact]
    public void An_index_says_where_the_frames_lie()
    {
        FakeImportSource.Write(folder.Source, 2, 10, Faults);
        var report = folder.Import("data", o => o with { InPlace = true, EpisodesPerShard = 4 });
        using var reader = new Reading(folder.Source);
        using var store = EpisodeStore.Open(folder.At("data"), true, (frames, _) =>
        {
            Assert.Equal(Path.GetFullPath(folder.Source), frames.Folder);
            Assert.Equal("8x6x3", frames.Decoding["raw"]);
            return reader;
        });
        Assert.Equal((report.Episodes, true), (store.EpisodeCount, store.ShardCount > 2));
        var kept = Enumerable.Range(0, 20).Where(e => Faults(e) == FakeFault.None).ToArray();
        var image = new byte[FakeImportSource.FrameBytes];
        for (var e = 0; e < kept.Length; e++)
            for (var row = 0; row <= store.Steps(e); row++)
            {
                store.ReadImage(store.FirstFrame(e) + row, image);
                Assert.Equal((byte)(kept[e] * 37 + row * 11), image[0]);
            }
    }

    [Fact]
    public void An_index_of_frames_that_lie_nowhere_is_refused()
    {
        FakeImportSource.Write(folder.Source, 1, 3);
        Assert.Contains("compressed or in chunks", Assert.Throws<ActionableException>(() =>
            folder.Import("data", o => o with { InPlace = true }, new(folder.Source) { HasPlaces = false })).Message);
    }

    [Fact]
    public void Frames_are_decoded_for_an_index_unless_that_is_not_wanted()
    {
        FakeImportSource.Write(folder.Source, 1, 20, e => e == 4 ? FakeFault.Image : FakeFault.None);
        Assert.Equal(19, folder.Import("a", o => o with { InPlace = true }).Episodes);
        Assert.Equal(20, folder.Import("b", o => o with { InPlace = true, CheckFrames = false }).Episodes);
    }

    [Fact]
    public void An_import_ends_after_the_episodes_asked_for()
    {
        FakeImportSource.Write(folder.Source, 4, 10, Faults);
        var report = folder.Import("data", o => o with { Episodes = 13, Threads = 5 });
        Assert.Equal((13, false), (report.Episodes, report.Complete));
        Assert.Equal([true, true, false, false], report.Files.Select(f => f.Sha256 is not null));
        folder.Import("again", o => o with { Episodes = 13, Threads = 1 });
        Assert.Equal(folder.Files("data"), folder.Files("again"));
    }

    [Fact]
    public void The_manifest_holds_the_hashes_of_the_files()
    {
        FakeImportSource.Write(folder.Source, 5, 8);
        foreach (var file in folder.Import("data", o => o with { Threads = 12 }).Files)
        {
            var bytes = File.ReadAllBytes(Path.Combine(folder.Source, file.Path));
            Assert.Equal((bytes.Length, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes))), (file.Bytes, file.Sha256));
        }
        Assert.All(folder.Import("without", o => o with { Hashes = false }).Files, f => Assert.Null(f.Sha256));
    }

    [Fact]
    public void A_missing_file_has_no_hash()
    {
        FakeImportSource.Write(folder.Source, 3, 8);
        var source = new FakeImportSource(folder.Source) { Missing = "part-1.bin" };
        var report = folder.Import("data", source: source);
        Assert.Equal((16, 1, 0, 1), (report.Episodes, report.SkippedRecords, report.SkippedEpisodes, report.SkippedUnknown));
        Assert.Equal([true, false, true], report.Files.Select(f => f.Sha256 is not null));
    }

    [Fact]
    public void A_file_that_changes_while_it_is_read_is_named()
    {
        FakeImportSource.Write(folder.Source, 3, 10);
        var path = Path.Combine(folder.Source, "part-1.bin");
        var times = 0;
        var source = new FakeImportSource(folder.Source)
        {
            Reading = place =>
            {
                if (place is { File: 1, Record: 4 } && times++ == 0) File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(1));
            },
        };
        Assert.Contains("part-1.bin: the file was changed while it was read", Assert.Throws<ActionableException>(() =>
            folder.Import("data", o => o with { OnFault = OnFault.Fatal }, source)).Message);
        Assert.False(File.Exists(folder.At("data/import.json")));
    }

    [Fact]
    public void Stopping_keeps_the_shards_and_throws()
    {
        FakeImportSource.Write(folder.Source, 2, 50);
        folder.Import("unbroken");
        using var stop = new CancellationTokenSource();
        var source = new FakeImportSource(folder.Source);
        Assert.Throws<OperationCanceledException>(() => folder.Import("data", source: source, cancellation: stop.Token, progress: at =>
        {
            if (at.Episodes == 40) stop.Cancel();
        }));
        Assert.Equal(0, source.Alive);
        using (var store = EpisodeStore.Open(folder.At("data"))) Assert.InRange(store.EpisodeCount, 30, 40);
        folder.Import("data", o => o with { Resume = true });
        Assert.Equal(folder.Files("unbroken"), folder.Files("data"));
    }

    internal static FakeFault Faults(int episode) => episode switch
    {
        _ when episode % 17 == 5 => FakeFault.Record,
        _ when episode % 11 == 7 => FakeFault.Mapping,
        _ when episode % 20 == 3 && episode > 20 => FakeFault.Image,
        _ when episode % 13 == 0 && episode > 0 => FakeFault.Empty,
        _ => FakeFault.None,
    };

    private static ImportOptions Random(ImportOptions options) => options with { Place = CropPlace.Random, Crop = (4, 4), Seed = 3 };

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); value > seen && Interlocked.CompareExchange(ref most, value, seen) is var now && now != seen;) seen = now;
    }

    private sealed class Reading(string folder) : IFrameReader
    {
        public void Read(in FrameReference frame, int episode, Span<byte> image)
        {
            var bytes = File.ReadAllBytes(Path.Combine(folder, $"part-{frame.File}.bin")).AsSpan((int)frame.Offset, frame.Length);
            Assert.Equal(Storage.TfRecord.Crc32C(bytes), frame.Crc32C);
            bytes.CopyTo(image);
        }

        public void Dispose() { }
    }
}
