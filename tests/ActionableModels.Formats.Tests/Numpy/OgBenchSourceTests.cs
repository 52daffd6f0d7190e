using System.IO.Compression;
using ActionableModels.Compute;
using ActionableModels.Formats.Numpy;
using ActionableModels.Formats.Sources;

namespace ActionableModels.Formats.Tests.Numpy;

public sealed class OgBenchSourceTests
{
    private static readonly SourceOptions Default = new();

    [Fact]
    public void The_two_files_are_splits_of_one_source()
    {
        using var folder = new NpzFolder();
        var path = folder.Write("cube.npz", NpzFolder.Stored(3, 2, 4, 3));
        folder.Write("cube-val.npz", NpzFolder.Stored(5, 2));
        foreach (var given in new[] { path, folder.Path })
        {
            Assert.True(NpzSource.Recognises(given));
            using var source = NpzSource.Open(given, Default);
            Assert.Equal("cube", source.Name);
            Assert.Equal([new("train", 4), new("val", 2)], source.Splits);
            Assert.Equal([2, 1, 3, 2], Steps(source));
        }
        using var validation = NpzSource.Open(path, new("val"));
        Assert.Equal("cube-val.npz", validation.Files.Single().Path);
        Assert.Equal([4, 1], Steps(validation));
        using var named = NpzSource.Open(folder["cube-val.npz"], Default);
        Assert.Equal(("cube", 2L), (named.Name, named.Episodes!.Value));
        Assert.Contains("it has train, val", Assert.Throws<ActionableException>(() => NpzSource.Open(path, new("test"))).Message);
    }

    [Fact]
    public void A_folder_of_several_datasets_asks_for_one()
    {
        using var folder = new NpzFolder();
        folder.Write("a.npz", NpzFolder.Stored(3));
        folder.Write("b.npz", NpzFolder.Stored(3));
        Assert.Contains("2 datasets", Assert.Throws<ActionableException>(() => NpzSource.Open(folder.Path, Default)).Message);
        Assert.False(NpzSource.Recognises(Directory.CreateDirectory(folder["empty"]).FullName));
    }

    [Theory]
    [InlineData(CompressionLevel.Optimal)]
    [InlineData(CompressionLevel.NoCompression)]
    public void Reading_goes_on_from_any_place_and_slices_are_parts(CompressionLevel level)
    {
        using var folder = new NpzFolder();
        var path = folder.Write("a.npz", level, NpzFolder.Stored(3, 2, 4, 3, 1, 2));
        using var source = NpzSource.Open(path, Default);
        var all = NpzFolder.ReadAll(source);
        Assert.Equal([2, 1, 3, 2, 0, 1], all.Select(i => i.Episode!.Steps));
        foreach (var (number, item) in all.Index())
        {
            var rest = NpzFolder.ReadAll(source, item.Next);
            Assert.Equal(all.Skip(number + 1).Select(Content), rest.Select(Content));
        }
        using var slice = NpzSource.Open(path, new("train[1:-2]"));
        Assert.Equal(3, slice.Episodes);
        Assert.Equal(all[1..4].Select(Content), NpzFolder.ReadAll(slice).Select(Content));
    }

    [Fact]
    public void A_trajectory_that_does_not_end_is_a_fault_in_its_place()
    {
        using var folder = new NpzFolder();
        var arrays = NpzFolder.Stored(3, 4);
        arrays[2].Npy = NpzFolder.Floats(0, 0, 1, 0, 0, 0, 0);
        using var source = NpzSource.Open(folder.Write("a.npz", arrays), Default);
        Assert.Equal(2, source.Episodes);
        var items = NpzFolder.ReadAll(source);
        Assert.Equal(2, items.Length);
        Assert.Equal((2, 1L, 1L), (items[0].Episode!.Steps, items[1].Fault!.Record!.Value, items[1].Lost));
        Assert.Contains("does not end", items[1].Fault!.Message);
    }

    [Fact]
    public void A_trajectory_larger_than_allowed_is_passed_over()
    {
        using var folder = new NpzFolder();
        using var source = NpzSource.Open(folder.Write("a.npz", NpzFolder.Stored(2, 9, 3)), new(LargestRecord: 150));
        var items = NpzFolder.ReadAll(source);
        Assert.Equal([1, -1, 2], items.Select(i => i.Episode?.Steps ?? -1));
        Assert.Contains("9 rows take 216 bytes, more than 150", items[1].Fault!.Message);
        Assert.Equal(11 * 12 % 256, items[2].Episode!.Frame("observations", 0).Bytes.Span[0]);
    }

    [Theory]
    [InlineData(CompressionLevel.Optimal)]
    [InlineData(CompressionLevel.NoCompression)]
    public void A_wrong_checksum_is_told_at_the_arrays_end(CompressionLevel level)
    {
        using var folder = new NpzFolder();
        var path = folder.Write("a.npz", level, NpzFolder.Stored(3, 2));
        var bytes = File.ReadAllBytes(path);
        // The checksum of the first entry in the directory.
        bytes[Find(bytes, "PK\x01\x02"u8) + 16] ^= 1;
        File.WriteAllBytes(path, bytes);
        using var source = NpzSource.Open(path, Default);
        var items = NpzFolder.ReadAll(source);
        Assert.Equal(3, items.Length);
        Assert.Equal(("observations", -1L), (items[2].Fault!.Field, items[2].Lost));
        Assert.Contains("checksum", items[2].Fault!.Message);
        using var part = NpzSource.Open(path, new("train[:1]"));
        Assert.Null(Assert.Single(NpzFolder.ReadAll(part)).Fault);
    }

    [Fact]
    public void Packed_bytes_that_are_damaged_take_the_rest_of_the_file_with_them()
    {
        using var folder = new NpzFolder();
        var arrays = NpzFolder.Stored(2, 2, 2);
        var noise = new byte[6 * 64 * 64 * 3];
        new Random(1).NextBytes(noise);
        arrays[0].Npy = NpzFolder.Npy("|u1", [6, 64, 64, 3], noise);
        var path = folder.Write("a.npz", arrays);
        var bytes = File.ReadAllBytes(path);
        bytes.AsSpan(noise.Length * 2 / 3, 4000).Fill(0xff);
        File.WriteAllBytes(path, bytes);
        using var source = NpzSource.Open(path, Default);
        var items = NpzFolder.ReadAll(source);
        Assert.Contains(items, i => i.Fault is { Field: "observations" });
        Assert.Empty(NpzFolder.ReadAll(source, items[^1].Next));
    }

    [Fact]
    public void A_file_that_changes_while_it_is_read_is_a_fault()
    {
        using var folder = new NpzFolder();
        var path = folder.Write("a.npz", NpzFolder.Stored(2, 3, 4));
        using var source = NpzSource.Open(path, Default);
        using var items = source.Read(default, CancellationToken.None).GetEnumerator();
        Assert.True(items.MoveNext());
        Assert.Null(items.Current.Fault);
        File.AppendAllText(path, "more");
        Assert.True(items.MoveNext());
        Assert.Equal((1L, 2L), (items.Current.Fault!.Record!.Value, items.Current.Lost));
        Assert.Contains("changed while it was read", items.Current.Fault.Message);
        Assert.False(items.MoveNext());
    }

    [Fact]
    public void What_is_no_such_dataset_is_refused_by_name()
    {
        using var folder = new NpzFolder();
        var stored = NpzFolder.Stored(3, 2);
        Refused("it has no array terminals", stored[..2]);
        Refused("this file has no arrays");
        Refused("5 rows, terminals has 4", stored[0], stored[1], ("terminals", NpzFolder.Floats(0, 0, 0, 1)));
        Refused("row 1 is 0.5", stored[0], stored[1], ("terminals", NpzFolder.Floats(0, 0.5f, 0, 0, 1)));
        Refused("row 0 is NaN", stored[0], stored[1], ("terminals", NpzFolder.Floats(float.NaN, 0, 0, 0, 1)));
        Refused("of stacked frames", ("observations", NpzFolder.Npy("|u1", [5, 2, 2, 9], new byte[5 * 36])), stored[1], stored[2]);
        Refused("1, 3 or 4 channels", ("observations", NpzFolder.Npy("|u1", [5, 2, 2, 2], new byte[5 * 8])), stored[1], stored[2]);
        Refused("Python objects", stored[0], ("actions", NpzFolder.Npy("|O", [5], new byte[99])), stored[2]);
        Refused("it has both", [.. stored, ("valids", stored[2].Npy), ("next_observations", stored[0].Npy)]);
        Refused("type or shape is not that of observations", [.. stored, ("next_observations", stored[1].Npy)]);
        Refused("next_observations has not the rows", [.. stored, ("next_observations", NpzFolder.Floats(1))]);

        void Refused(string message, params (string, byte[])[] arrays)
        {
            var e = Assert.Throws<SourceException>(() => NpzSource.Open(folder.Write("bad.npz", arrays), Default));
            Assert.Contains(message, e.Message);
            Assert.StartsWith(folder["bad.npz"], e.Message);
        }
    }

    [Fact]
    public void Fields_that_cannot_be_read_are_named_when_asked_for()
    {
        using var folder = new NpzFolder();
        var path = folder.Write("a.npz", [.. NpzFolder.Stored(3), ("seed", NpzFolder.Npy("<i8", [1], new byte[8])), ("notes", NpzFolder.Npy("|O", [3], new byte[9])),
            ("wrist", NpzFolder.Npy("|u1", [3, 1, 2, 3], new byte[18])), ("word", NpzFolder.Npy("|S2", [3], "ab\0\0c\0"u8))]);
        using var source = NpzSource.Open(path, Default);
        Assert.Equal(["observations", "actions", "terminals", "wrist", "word"], source.Fields.Select(f => f.Name));
        using var episode = NpzFolder.ReadAll(source).Single().Episode!;
        Assert.Equal(["ab", "", "c"], episode.Texts("word"));
        Assert.Equal(6, episode.Frame("wrist", 2).Bytes.Length);
        foreach (var (message, ask) in new (string, Action)[]
        {
            ("a row for each of 3 steps", () => episode.Numbers("seed")), ("Python objects", () => episode.Numbers("notes")),
            ("there is no such array", () => episode.Numbers("none")), ("it holds images", () => episode.Numbers("wrist")),
            ("it holds text", () => episode.Numbers("word")), ("one text is needed", () => episode.Texts("actions")),
            ("images are needed", () => episode.Frame("actions", 0)), ("row 3 of 3", () => episode.Frame("observations", 3)),
        })
            Assert.Contains(message, Assert.Throws<SourceException>(ask).Message);
    }

    private static int[] Steps(IEpisodeSource source) => [.. NpzFolder.ReadAll(source).Select(i => i.Episode!.Steps)];

    private static string Content(SourceItem item) => item.Fault?.Message ?? $"{item.Next} {item.Episode!.Record} "
        + string.Join(" ", Enumerable.Range(0, item.Episode.Steps + 1).Select(t => Convert.ToHexString(item.Episode.Frame("observations", t).Bytes.Span)
            + item.Episode.Frame("observations", t).Place))
        + string.Join(" ", item.Episode.Numbers("actions").Values);

    internal static int Find(byte[] bytes, ReadOnlySpan<byte> what) => bytes.AsSpan().IndexOf(what);
}
