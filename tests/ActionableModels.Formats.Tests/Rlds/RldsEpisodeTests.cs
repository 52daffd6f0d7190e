using ActionableModels.Formats.Sources;
using static ActionableModels.Formats.Tests.Rlds.RldsBytes;

namespace ActionableModels.Formats.Tests.Rlds;

/// <summary>One episode: its values, and each way in which a field can be wrong.</summary>
public sealed class RldsEpisodeTests
{
    [Fact]
    public void Every_kind_of_field_is_read()
    {
        using var files = new RldsFiles();
        using var episode = files.Single();
        Assert.Equal((2, 0, "set-train.tfrecord-00000-of-00001"), (episode.Steps, episode.Record, episode.File));
        Assert.InRange(episode.MemoryBytes, 900, 1 << 20);
        Check(episode, "success", 1, 0);
        Check(episode, "list", 4, 1, 2, 3, 4);
        Check(episode, "steps/is_last", 1, 0, 0, 1);
        Check(episode, "steps/x", 2, 0, 1, 0.5f, 2, 1, 3);
        Check(episode, "steps/small", 1, 1, 2, 255);
        Check(episode, "steps/z", 2, 0, 0, 1, 1, 2, 0);
        Check(episode, "steps/raw", 2, 1, -1, 2, -32768, 3, 257);
        Check(episode, "steps/coded", 2, 1, 2, 3, 4, 5, 6);
        Check(episode, "counts", 3, 5, 6, 7);
        Check(episode, "map", 2, 1.5f, -2);
        Check(episode, "steps/u", 1, 18446744073709551615f, 0, 1);
        Assert.Equal(["ëpisode 0"], episode.Texts("name"));
        Assert.Equal(["a", "", "ü"], episode.Texts("steps/text"));
        Assert.Equal(Png, episode.Frame("steps/image", 1).Bytes.Span);
        Assert.Equal([.. Jpeg, 0], episode.Frame("steps/image", 0).Bytes.ToArray());
    }

    [Fact]
    public void Taking_a_frame_allocates_nothing()
    {
        using var files = new RldsFiles();
        using var episode = files.Single();
        episode.Frame("steps/image", 0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 99; i++) episode.Frame("steps/image", i % 3);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Ragged_fields_of_equal_lengths_are_tables()
    {
        using var files = new RldsFiles();
        using var episode = files.Single(("steps/ragged/ragged_row_lengths_0", Integers(1, 1, 1)), ("steps/dynamic/shape", Integers(2, 1, 1, 2, 2, 1)),
            ("steps/dynamic/value", Bytes(Zlib(Raw(1, 2)), Zlib(Raw(3, 4)), Zlib(Raw(5, 6)))));
        Check(episode, "steps/ragged", 1, 7, -8, 9);
        Check(episode, "steps/dynamic", 2, 1, 2, 3, 4, 5, 6);
    }

    [Theory]
    [InlineData("steps/ragged", "its steps have different numbers of values (2 in step 0, 0 in step 1)")]
    [InlineData("steps/dynamic", "its steps have different numbers of values (2 in step 0, 1 in step 1)")]
    [InlineData("steps/varying", "its steps have different numbers of values (3 in step 0, 0 in step 1)")]
    [InlineData("steps/nested", "its steps have different numbers of values (2 in step 0, 0 in step 1)")]
    [InlineData("steps/text", "it holds text, not numbers")]
    [InlineData("steps/image", "it holds images, not numbers")]
    [InlineData("sound", "its class \"tensorflow_datasets.core.features.x.X\" is not read")]
    [InlineData("steps/none", "there is no such field: choose one of success, name, list, counts, map, sound, steps/is_first")]
    public void Fields_that_are_no_tables_of_numbers_are_named(string field, string what)
    {
        using var files = new RldsFiles();
        using var episode = files.Single();
        var fault = Assert.Throws<SourceException>(() => episode.Numbers(field));
        Assert.Equal((field, 0, episode.File), (fault.Field, fault.Record, fault.File));
        Assert.Contains(what, fault.Message);
    }

    [Fact]
    public void Images_and_texts_of_the_wrong_kind_are_named()
    {
        using var files = new RldsFiles();
        using var episode = files.Single(("steps/image", Bytes(Jpeg, [], "GIF89a"u8.ToArray())), ("steps/text", Bytes([65], [0xC3], [66])));
        Fault(() => episode.Texts("steps/x"), "steps/x", "it holds float32, not text: choose another field");
        Fault(() => episode.Texts("steps/text"), "steps/text", "text 1 is not UTF-8: download the file again, or correct features.json");
        Fault(() => episode.Frame("steps/x", 0), "steps/x", "it holds float32, not images: choose another field");
        Fault(() => episode.Frame("steps/depth", 0), "steps/depth", "its float32 images (bits cut into four 8-bit channels of a PNG) cannot be used: choose another field");
        Assert.Equal(Jpeg.Length, episode.Frame("steps/image", 0).Bytes.Length);
        foreach (var (row, bytes) in new[] { (1, 0), (2, 6) })
            Fault(() => episode.Frame("steps/image", row), "steps/image",
                $"the image of step {row} ({bytes} bytes) begins as neither JPEG nor PNG does: download the file again, or correct features.json");
        foreach (var row in new[] { -1, 3 })
            Fault(() => episode.Frame("steps/image", row), "steps/image", $"it has 3 images, and number {row} was asked for: choose another");
    }

    public static TheoryData<string, byte[]?, string> WrongFields => new()
    {
        { "success", null, "the record has no such field" },
        { "success", Integers(), "1 values were expected (1 · 1), 0 were found" },
        { "success", Integers(2), "value 0 is 2, which bool cannot be" },
        { "success", Floats(1), "a list of integers was expected, a list of floats was found" },
        { "steps/x", null, "the record has no such field" },
        { "steps/x", [], "6 values were expected (3 · 2), 0 were found" },
        { "steps/x", Floats(1, 2, 3, 4, 5), "6 values were expected (3 · 2), 5 were found" },
        { "steps/x", Integers(1, 2, 3, 4, 5, 6), "a list of floats was expected, a list of integers was found" },
        { "steps/x", Bytes([1]), "a list of floats was expected, a list of bytes was found" },
        { "steps/x", Blob(2, Blob(1, [1, 2, 3])), "its list is damaged (a list of floats that is cut off" },
        { "steps/small", Integers(1, 2, 256), "value 2 is 256, which uint8 cannot be" },
        { "steps/small", Integers(-1, 2, 3), "value 0 is -1, which uint8 cannot be" },
        { "steps/z", Bytes(Zlib(Raw(1, 2))), "3 tensors were expected, 1 were found" },
        { "steps/z", Bytes(Zlib(Raw(1, 2)), Zlib(Raw(1)), Zlib(Raw(1, 2))), "tensor 1 inflates to only 4 bytes, 8 were expected (float32 zlib)" },
        { "steps/z", Bytes(Zlib(Raw(1, 2)), Zlib(Raw(1, 2)), Zlib(Raw(1, 2, 3))), "tensor 2 inflates to more than 8 bytes, 8 were expected" },
        { "steps/z", Bytes(Zlib(Raw(1, 2)), Zlib(Raw(1, 2)), Zlib(new byte[4_000_000])), "tensor 2 inflates to more than 8 bytes" },
        { "steps/z", Bytes(Zlib(Raw(1, 2)), Raw(1, 2), Zlib(Raw(1, 2))), "tensor 1 is no zlib stream, or a damaged one" },
        { "steps/z", Bytes(Zlib(Raw(1, 2))[..^1], Zlib(Raw(1, 2)), Zlib(Raw(1, 2))), "tensor 0 is a zlib stream that does not end with the checksum of its bytes" },
        { "steps/z", Bytes(Zlib(Raw(1, 2)), [.. Zlib(Raw(1, 2)), 0], Zlib(Raw(1, 2))), "tensor 1 is a zlib stream that does not end with the checksum of its bytes" },
        { "steps/z", Bytes([.. Zlib(Raw(1, 2))[..^1], 0x55], Zlib(Raw(1, 2)), Zlib(Raw(1, 2))), "tensor 0 is no zlib stream, or a damaged one" },
        { "steps/varying", Bytes(Zlib([1]), Zlib([1, 2])[..^2], Zlib([1])), "tensor 1 is a zlib stream that does not end with the checksum of its bytes" },
        { "steps/z", Bytes([], Zlib(Raw(1, 2)), Zlib(Raw(1, 2))), "tensor 0 is a zlib stream of 0 bytes, which cannot hold the 8 that were expected" },
        { "steps/raw", Bytes([1, 2, 3, 4], [1, 2, 3], [1, 2, 3, 4]), "tensor 1 has 3 bytes, 4 were expected (int16 bytes)" },
        { "steps/raw", Floats(1), "a list of bytes was expected, a list of floats was found" },
        { "steps/ragged/ragged_flat_values", Integers(1, 2), "3 values were expected (3 · 1), 2 were found" },
        { "steps/ragged/ragged_flat_values", null, "the record has no such field" },
        { "steps/ragged/ragged_row_lengths_0", Integers(3), "3 lengths of level 0 were expected, 1 were found" },
        { "steps/ragged/ragged_row_lengths_0", Integers(4, -1, 0), "length 1 of level 0 is -1, which cannot be" },
        { "steps/ragged/ragged_row_lengths_0", Integers(int.MaxValue, 1, 1), "length 1 of level 0 is 1, which cannot be" },
        { "steps/ragged/ragged_row_lengths_0", Integers(long.MaxValue, 1, 1), "length 0 of level 0 is 9223372036854775807, which cannot be" },
        { "steps/ragged/ragged_row_lengths_0", Integers(1, 1, 1_000_000), "1000002 values were expected (1000002 · 1), 3 were found" },
        { "steps/coded/ragged_row_lengths_0", Integers(1, 2, 0), "length 1 of level 0 is 2, which cannot be" },
        { "steps/coded/ragged_flat_values", Bytes(Zlib([1, 0, 2, 0])), "3 tensors were expected, 1 were found" },
        { "steps/nested/ragged_row_lengths_1", Integers(1, 2), "3 lengths of level 1 were expected, 2 were found" },
        { "steps/nested/ragged_flat_values", Integers(1, 2, 3), "6 values were expected (3 · 2), 3 were found" },
        { "counts/ragged_row_lengths_0", Integers(1), "1 values were expected (1 · 1), 3 were found" },
        { "map/value", Bytes([0, 0, 0, 0]), "tensor 0 has 4 bytes, 16 were expected (float64 bytes)" },
        { "map/value", Bytes(new byte[16], new byte[16]), "1 tensors were expected, 2 were found" },
        { "list", Integers(1), "a list of floats was expected, a list of integers was found" },
        { "steps/dynamic/shape", null, "the record has no such field" },
        { "steps/dynamic/shape", Integers(2, 1, 1, 1), "3 shapes of 2 dimensions were expected, 4 sizes were found" },
        { "steps/dynamic/shape", Integers(2, -1, 1, 1, 0, 5), "dimension 1 of tensor 0 is -1, which does not fit the shape in features.json" },
        { "steps/dynamic/shape", Integers(65536, 65536, 1, 1, 0, 5), "dimension 1 of tensor 0 is 65536, which does not fit" },
        { "steps/dynamic/shape", Integers(65536, 30000, 1, 1, 0, 5), "which cannot hold the 7864320000 that were expected" },
        { "steps/dynamic/shape", Integers(3, 1, 1, 1, 0, 5), "tensor 0 inflates to only 8 bytes, 12 were expected" },
        { "steps/varying", Bytes(Zlib([1]), Zlib(new byte[2_000_000]), Zlib([1])), "it takes 1048576 bytes or more, and more than 1048576 are not read" },
    };

    [Theory]
    [MemberData(nameof(WrongFields))]
    public void A_field_of_another_type_or_shape_is_named(string key, byte[]? feature, string what)
    {
        using var files = new RldsFiles();
        using var episode = files.Single((key, feature));
        Assert.Equal(2, episode.Steps);
        var field = key.Split("/ragged_")[0].Replace("/shape", "").Replace("/value", "");
        for (var again = 0; again < 2; again++)
        {
            var fault = Assert.Throws<SourceException>(() => episode.Numbers(field));
            Assert.Equal((field, 0), (fault.Field, fault.Record));
            Assert.StartsWith($"set-train.tfrecord-00000-of-00001: record 0: field \"{field}\": ", fault.Message);
            Assert.Contains(what, fault.Message);
        }
    }

    [Fact]
    public void First_and_last_steps_are_marked_alone()
    {
        using var files = new RldsFiles();
        foreach (var (key, flags, what) in new (string, byte[]?, string)[]
        {
            ("steps/is_first", Flags(false, false, false), "it is false in step 0 of 3, and it has to mark the first step only"),
            ("steps/is_first", Flags(true, true, false), "it is true in step 1 of 3, and it has to mark the first step only"),
            ("steps/is_last", Flags(false, true, true), "it is true in step 1 of 3, and it has to mark the last step only"),
            ("steps/is_last", Flags(false, false, false), "it is false in step 2 of 3, and it has to mark the last step only"),
            ("steps/is_last", Flags(false, true), "3 values were expected (3 · 1), 2 were found"),
            ("steps/is_first", null, "the record has no such field"),
            ("steps/is_first", Integers(), "the episode has no steps: leave it out"),
        })
        {
            using var episode = files.Single((key, flags));
            for (var again = 0; again < 2; again++) Assert.Contains(what, Assert.Throws<SourceException>(() => episode.Steps).Message);
            Assert.Contains(what, Assert.Throws<SourceException>(() => episode.Numbers("success")).Message);
        }
    }

    [Fact]
    public void Steps_are_counted_by_another_field_where_is_first_is_not_there()
    {
        using var files = new RldsFiles();
        using var episode = files.Single();
        files.Write(RldsFiles.Schema.Replace("is_first", "first").Replace("is_last", "last"), RldsFiles.Info("1"));
        using (var read = Assert.Single(files.Items()).Episode!)
            Assert.Contains("steps/first", Assert.Throws<SourceException>(() => read.Steps).Message);
        files.Write(RldsFiles.Dict(("steps", RldsFiles.Sequence(RldsFiles.Dict(("ragged", RldsFiles.Sequence(RldsFiles.Tensor("int64"))), ("x", RldsFiles.Tensor("float32", 2)))))),
            RldsFiles.Info("1"));
        using (var read = Assert.Single(files.Items()).Episode!) Assert.Equal(2, read.Steps);
        files.Write(RldsFiles.Dict(("steps", RldsFiles.Sequence(RldsFiles.Dict(("x", RldsFiles.Tensor("float32", 4)))))), RldsFiles.Info("1"));
        using (var read = Assert.Single(files.Items()).Episode!)
            Fault(() => read.Steps, "steps/x", "6 values are no whole number of steps of 4: download the file again, or correct features.json");
        files.Write(RldsFiles.Dict(("steps", RldsFiles.Sequence(RldsFiles.Dict(("x", RldsFiles.Tensor("float32", 2))), "4"))), RldsFiles.Info("1"));
        using (var read = Assert.Single(files.Items()).Episode!)
            Fault(() => read.Steps, "steps/x", "the episode has 3 steps, and features.json promises 4: download the file again, or correct features.json");
    }

    [Fact]
    public void A_record_that_is_no_example_is_named()
    {
        using var files = new RldsFiles();
        using var episode = files.Single("not an example"u8.ToArray());
        var fault = Assert.Throws<SourceException>(() => episode.Steps);
        Assert.Null(fault.Field);
        Assert.Contains("record 0: it is no tf.train.Example (", fault.Message);
    }

    [Fact]
    public void An_episode_that_is_given_back_cannot_be_used()
    {
        using var files = new RldsFiles();
        var episode = files.Single();
        Assert.Equal(2, episode.Steps);
        episode.Dispose();
        episode.Dispose();
        Assert.Equal(0, episode.MemoryBytes);
        Assert.Throws<ObjectDisposedException>(() => episode.Numbers("success"));
    }

    private static void Check(SourceEpisode episode, string field, int width, params float[] values)
    {
        var read = episode.Numbers(field);
        Assert.Equal(width, read.Width);
        Assert.Equal(values, read.Values);
    }

    private static void Fault(Func<object> read, string field, string what)
    {
        var fault = Assert.Throws<SourceException>(() => read());
        Assert.Equal((field, what), (fault.Field, fault.What));
    }
}
