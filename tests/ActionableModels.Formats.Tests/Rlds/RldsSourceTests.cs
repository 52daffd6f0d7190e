using System.Buffers.Binary;
using ActionableModels.Compute;
using ActionableModels.Formats.Rlds;
using ActionableModels.Formats.Sources;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Tests.Rlds;

/// <summary>Reading a whole dataset: slices, going on where one stopped, and every fault of files.</summary>
public sealed class RldsSourceTests
{
    private static readonly string[] All = ["0:0", "0:1", "1:0", "1:1", "1:2"];

    [Fact]
    public void A_folder_above_the_version_is_enough_and_several_versions_are_listed()
    {
        using var files = new RldsFiles();
        foreach (var path in new[] { files.Folder, Path.GetDirectoryName(files.Folder)!, files.Root, files.Shard(0), Path.Combine(files.Folder, "features.json") })
        {
            Assert.True(RldsSource.Recognises(path));
            using var source = EpisodeSources.Open(path, new());
            Assert.Equal((files.Folder, 5), (source.Folder, source.Episodes));
            Assert.Equal(["set-train.tfrecord-00000-of-00002", "set-train.tfrecord-00001-of-00002"], source.Files.Select(f => f.Path));
            Assert.Equal(source.Files.Select(f => f.Bytes), new[] { files.Shard(0), files.Shard(1) }.Select(f => new FileInfo(f).Length));
            Assert.Equal([new SourceSplit("train", 5)], source.Splits);
        }
        Directory.CreateDirectory(Path.Combine(files.Root, "set", "2.0.0"));
        Assert.Single(files.Open().Splits);
        File.WriteAllText(Path.Combine(files.Root, "set", "2.0.0", "features.json"), "{}");
        var message = Assert.Throws<ActionableException>(() => files.Open()).Message;
        Assert.Contains("several datasets or versions lie there: choose one of ", message);
        Assert.Contains("2.0.0", message);
        Assert.False(RldsSource.Recognises(Path.GetTempPath() + "/no such folder"));
    }

    [Theory]
    [InlineData(null, new[] { "0:0", "0:1", "1:0", "1:1", "1:2" })]
    [InlineData("train", new[] { "0:0", "0:1", "1:0", "1:1", "1:2" })]
    [InlineData("train[:1]", new[] { "0:0" })]
    [InlineData("train[1:3]", new[] { "0:1", "1:0" })]
    [InlineData("[2:]", new[] { "1:0", "1:1", "1:2" })]
    [InlineData("train[-2:-1]", new[] { "1:1" })]
    [InlineData("train[:80%]", new[] { "0:0", "0:1", "1:0", "1:1" })]
    [InlineData("train[4:2]", new string[0])]
    public void Slices_give_their_episodes(string? split, string[] expected)
    {
        using var files = new RldsFiles();
        using (var source = files.Open(split)) Assert.Equal(expected.Length, source.Episodes);
        Assert.Equal(expected, files.Items(split).Select(Show));
    }

    [Fact]
    public void Digits_of_other_scripts_are_no_slice()
    {
        using var files = new RldsFiles();
        Assert.Contains("is not understood", Assert.Throws<ActionableException>(() => files.Open("train[:\u0661]")).Message);
    }

    [Fact]
    public void What_a_killed_export_left_is_no_second_dataset()
    {
        using var files = new RldsFiles();
        foreach (var left in new[] { "1.0.0.incomplete", "1.0.0.replaced", "1.0.0.incompleteX1Y2", "incomplete.X1_1.0.0" })
        {
            var folder = Directory.CreateDirectory(Path.Combine(files.Root, "set", left)).FullName;
            File.WriteAllText(Path.Combine(folder, "features.json"), "{}");
        }
        using var source = files.Open();
        Assert.Equal(files.Folder, source.Folder);
    }

    [Fact]
    public void Fields_of_transitions_are_told()
    {
        using var files = new RldsFiles();
        files.Write(RldsFiles.Dict(("discount", RldsFiles.Tensor("float32")), ("steps", RldsFiles.Sequence(RldsFiles.Dict(
            ("is_first", RldsFiles.Tensor("bool")), ("reward", RldsFiles.Tensor("float32")), ("discount", RldsFiles.Tensor("float32")),
            ("action", RldsFiles.Dict(("x", RldsFiles.Tensor("float32", 3)))), ("observation", RldsFiles.Tensor("float32", 3)))))), RldsFiles.Info("2", "3"));
        using var source = files.Open();
        Assert.Equal(["steps/reward", "steps/discount", "steps/action/x"], source.Fields.Where(f => f.OfTransition).Select(f => f.Name));
    }

    [Fact]
    public void A_slice_needs_only_the_files_that_it_touches()
    {
        using var files = new RldsFiles();
        File.Delete(files.Shard(0));
        using (var source = files.Open("train[2:]")) Assert.Equal(["set-train.tfrecord-00001-of-00002"], source.Files.Select(f => f.Path));
        Assert.Equal(["1:0", "1:1", "1:2"], files.Items("train[2:]").Select(Show));
        Assert.Equal("set-train.tfrecord-00000-of-00002: this file of the dataset is missing: download it, or choose others with a slice such as train[:10] (1)",
            Show(files.Items("train[1:3]")[0]));
        Assert.Contains("none of the 1 files of split \"train\"", Assert.Throws<ActionableException>(() => files.Open("train[:2]")).Message);
    }

    [Fact]
    public void Splits_are_chosen_by_name()
    {
        using var files = new RldsFiles();
        Assert.Contains("no split \"test\": choose one of train", Assert.Throws<ActionableException>(() => files.Open("test")).Message);
        files.Write(RldsFiles.Schema, RldsFiles.Info("2", "3").Replace("\"splits\": [", "\"splits\": [{\"name\": \"test\", \"shardLengths\": [\"0\"]}, {\"name\": \"empty\"}, "));
        using var source = files.Open();
        Assert.Equal([new("test", 0), new("empty", 0), new SourceSplit("train", 5)], source.Splits);
        Assert.Equal(5, source.Episodes);
        Assert.Empty(files.Items("test"));
        Assert.Empty(files.Items("empty"));
        files.Write(RldsFiles.Schema, RldsFiles.Info("2", "3").Replace("\"train\"", "\"other\"").Replace("{SPLIT}", "train"));
        Assert.Equal(All, files.Items().Select(Show));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("train[1:4]")]
    public void Going_on_from_any_place_gives_the_same_rest(string? split)
    {
        using var files = new RldsFiles();
        Corrupt(files.Shard(1), ^10);
        var items = files.Items(split);
        var shown = items.ConvertAll(Show);
        for (var i = 0; i < items.Count; i++)
        {
            Assert.True(SourcePosition.TryParse(items[i].Next.ToString(), out var next));
            Assert.Equal(shown.Skip(i + 1), files.Items(split, next).Select(Show));
        }
    }

    [Fact]
    public void Going_on_from_any_place_gives_the_same_faults()
    {
        using var files = new RldsFiles();
        files.Write(RldsFiles.Schema, RldsFiles.Info("2", "2", "3", "4", "1"));
        var records = Enumerable.Range(0, 5).Select(i => RldsFiles.Episode(i)).ToArray();
        File.WriteAllBytes(files.Shard(0, 5), RldsBytes.Records(records[0]));
        File.WriteAllBytes(files.Shard(1, 5), RldsBytes.Records(records));
        File.WriteAllBytes(files.Shard(2, 5), RldsBytes.Records(records[..3])[..^3]);
        File.WriteAllBytes(files.Shard(3, 5), RldsBytes.Records(records[0], records[1], new byte[3000], records[3]));
        var items = files.Items(largest: 2000);
        var shown = items.ConvertAll(Show);
        var cut = new FileInfo(files.Shard(2, 5)).Length;
        var begin = cut + 3 - records[2].Length - 16;
        Assert.Equal(["0:0", "set-train.tfrecord-00000-of-00005: it ends after 1 of the 2 records that dataset_info.json promises: download it again (1)",
            "1:0", "1:1", "set-train.tfrecord-00001-of-00005: it goes on after the 2 records that dataset_info.json promises, and the rest is not read: "
                + "download the file again, or correct that number (-1)",
            "2:0", "2:1", $"set-train.tfrecord-00002-of-00005: record 2: it is cut off at byte {cut}, in a record of {records[2].Length} bytes that begins at byte {begin}, "
                + "and the rest of the file is lost: download the file again (1)",
            "3:0", "3:1", "set-train.tfrecord-00003-of-00005: record 2: it has 3000 bytes, more than the 2000 that are read: allow larger records with --largest-record, at most 1G (1)", "3:3",
            "set-train.tfrecord-00004-of-00005: this file of the dataset is missing: download it, or choose others with a slice such as train[:10] (1)"],
            shown);
        for (var i = 0; i < items.Count; i++)
            Assert.Equal(shown.Skip(i + 1), files.Items(null, items[i].Next, 2000).Select(Show));
    }

    [Fact]
    public void A_wrong_checksum_takes_one_record()
    {
        using var files = new RldsFiles();
        Corrupt(files.Shard(0), 200);
        Assert.Equal(["set-train.tfrecord-00000-of-00002: record 0: the checksum of its data is wrong: download the file again (1)", .. All[1..]],
            files.Items().Select(Show));
    }

    [Fact]
    public void A_wrong_length_takes_the_rest_of_its_file()
    {
        using var files = new RldsFiles();
        Corrupt(files.Shard(0), 1);
        var items = files.Items();
        Assert.Equal(["set-train.tfrecord-00000-of-00002: record 0: the checksum of the length at byte 0 is wrong, and the rest of the file is lost: "
            + "download the file again (2)", .. All[2..]], items.Select(Show));
        Assert.Equal(new(1, 0, 0), items[0].Next);
        Assert.Equal("(1)", Show(files.Items("train[1:]")[0])[^3..]);
    }

    [Fact]
    public void Compressed_and_empty_files_are_named()
    {
        using var files = new RldsFiles();
        File.WriteAllBytes(files.Shard(0), RldsBytes.Zlib(File.ReadAllBytes(files.Shard(0))));
        File.WriteAllBytes(files.Shard(1), []);
        Assert.Equal(["set-train.tfrecord-00000-of-00002: record 0: it is compressed (zlib), which is not read, and the rest of the file is lost: decompress it first (2)",
            "set-train.tfrecord-00001-of-00002: it is empty: download it again (3)"], files.Items().Select(Show));
    }

    [Theory]
    [InlineData("longer", "it changed while it was read (")]
    [InlineData("shorter", "it changed while it was read (")]
    [InlineData("touched", "it changed while it was read (")]
    [InlineData("replaced", "it was replaced while it was read (")]
    [InlineData("removed", "it was removed while it was read: ")]
    public void A_file_that_changes_while_it_is_read_is_named(string how, string expected)
    {
        using var files = new RldsFiles();
        using var source = files.Open();
        var items = new List<SourceItem>();
        foreach (var item in source.Read(default, default))
        {
            items.Add(item);
            if (items.Count == 3) Change(files.Shard(1), how);
        }
        var fault = items.Single(i => i.Fault is not null);
        Assert.Contains(expected, fault.Fault!.Message);
        Assert.Equal(new(2, 0, 0), fault.Next);
        Assert.Equal(how == "shorter" ? 2 : 0, fault.Lost);
        Assert.Equal(how == "shorter" ? All[..3] : All, items.Where(i => i.Episode is not null).Select(Show));
    }

    [Fact]
    public void A_file_that_changed_before_it_was_read_is_named()
    {
        using var files = new RldsFiles();
        using var source = files.Open();
        File.AppendAllText(files.Shard(1), "more");
        var items = source.Read(default, default).ToList();
        Assert.Contains("it changed after the dataset was opened", items[2].Fault!.Message);
        Assert.Equal(3, items[2].Lost);
    }

    [Fact]
    public void Files_may_be_links_and_folders_may_not()
    {
        using var files = new RldsFiles();
        using var others = new RldsFiles();
        var elsewhere = Directory.CreateDirectory(Path.Combine(others.Root, "elsewhere")).FullName;
        File.Move(files.Shard(0), Path.Combine(elsewhere, "blob"));
        File.CreateSymbolicLink(files.Shard(0), Path.Combine(elsewhere, "blob"));
        using (var source = files.Open()) Assert.Equal(new FileInfo(Path.Combine(elsewhere, "blob")).Length, source.Files[0].Bytes);
        Assert.Equal(All, files.Items().Select(Show));

        File.Move(files.Shard(1), Path.Combine(elsewhere, RldsFiles.Name(1)));
        files.Write(RldsFiles.Schema, RldsFiles.Info("2", "3").Replace("\"{DATASET}-", "\"inner/{DATASET}-"));
        Directory.CreateSymbolicLink(Path.Combine(files.Folder, "inner"), elsewhere);
        Assert.Contains("inner: is a link that leads out of ", Assert.Throws<ActionableException>(() => files.Open()).Message);
        Directory.Delete(Path.Combine(files.Folder, "inner"));
        Directory.CreateDirectory(Path.Combine(files.Folder, "inner"));
        File.Move(files.Shard(0), Path.Combine(files.Folder, "inner", RldsFiles.Name(0)));
        File.Move(Path.Combine(elsewhere, RldsFiles.Name(1)), Path.Combine(files.Folder, "inner", RldsFiles.Name(1)));
        Assert.Equal(All, files.Items().Select(Show));

        File.Delete(Path.Combine(elsewhere, "blob"));
        Assert.Contains("is missing", Show(files.Items()[0]));
        File.Delete(Path.Combine(files.Folder, "inner", RldsFiles.Name(0)));
        File.CreateSymbolicLink(Path.Combine(files.Folder, "inner", RldsFiles.Name(0)), "/dev/zero");
        Assert.Contains("it is empty", files.Items()[0].Fault!.Message);
    }

    [Fact]
    public void What_is_missing_is_said()
    {
        using var files = new RldsFiles();
        File.Delete(Path.Combine(files.Folder, "features.json"));
        Assert.Contains("features.json is missing, without which", Assert.Throws<ActionableException>(() => files.Open()).Message);
        File.Delete(Path.Combine(files.Folder, "dataset_info.json"));
        Assert.True(RldsSource.Recognises(files.Root));
        Assert.Contains("dataset_info.json is missing, without which", Assert.Throws<ActionableException>(() => files.Open()).Message);
        File.WriteAllText(Path.Combine(files.Folder, "dataset_info.json"), "");
        Assert.Contains("it has 0 bytes", Assert.Throws<ActionableException>(() => files.Open()).Message);
    }

    [Fact]
    public void Reading_ends_when_it_is_told_to()
    {
        using var files = new RldsFiles();
        using var source = files.Open();
        using var cancel = new CancellationTokenSource();
        using var items = source.Read(default, cancel.Token).GetEnumerator();
        Assert.True(items.MoveNext());
        cancel.Cancel();
        Assert.Throws<OperationCanceledException>(() => items.MoveNext());
        Assert.Throws<ActionableException>(() => source.Read(new(3, 0, 0), default).ToList());
        Assert.Empty(source.Read(new(2, 0, 0), default));
    }

    [Fact]
    public void A_record_of_any_length_beyond_the_limit_is_passed_over_without_being_read()
    {
        using var files = new RldsFiles();
        files.Write(RldsFiles.Schema, RldsFiles.Info("2"));
        const long Length = 3L << 30;
        using (var file = new FileStream(files.Shard(0, 1), FileMode.Create))
        {
            var head = new byte[12];
            BinaryPrimitives.WriteInt64LittleEndian(head, Length);
            BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(8), TfRecord.MaskedCrc32C(head.AsSpan(0, 8)));
            file.Write(head);
            file.Position = 12 + Length + 4;
            file.Write(RldsBytes.Records(RldsFiles.Episode(1)));
        }
        Assert.Equal(["set-train.tfrecord-00000-of-00001: record 0: it has 3221225472 bytes, more than the 1048576 that are read: allow larger records with --largest-record, at most 1G (1)", "0:1"],
            files.Items().Select(Show));
    }

    private static string Show(SourceItem item)
    {
        using var episode = item.Episode;
        if (episode is null) return $"{item.Fault!.Message} ({item.Lost})";
        Assert.Equal(0, item.Lost);
        Assert.Null(item.Fault);
        Assert.Equal(2, episode.Steps);
        return $"{int.Parse(episode.File.Split('-')[2])}:{episode.Record}";
    }

    private static void Corrupt(string path, Index at)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[at] ^= 0x10;
        File.WriteAllBytes(path, bytes);
    }

    private static void Change(string path, string how)
    {
        var written = File.GetLastWriteTimeUtc(path);
        switch (how)
        {
            case "longer":
                File.AppendAllText(path, "more");
                break;
            case "shorter":
                using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) file.SetLength(new FileInfo(path).Length / 2);
                break;
            case "touched":
                File.SetLastWriteTimeUtc(path, written.AddSeconds(1));
                break;
            case "replaced":
                File.WriteAllText(path + ".new", "another file");
                File.Move(path + ".new", path, overwrite: true);
                break;
            default:
                File.Delete(path);
                break;
        }
    }
}
