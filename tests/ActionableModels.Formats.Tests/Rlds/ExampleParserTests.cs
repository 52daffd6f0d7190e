using ActionableModels.Compute;
using ActionableModels.Formats.Rlds;
using static ActionableModels.Formats.Tests.Rlds.RldsBytes;

namespace ActionableModels.Formats.Tests.Rlds;

/// <summary>Every form that protocol buffers allow for a tf.train.Example, and what they do not allow.</summary>
public sealed class ExampleParserTests
{
    [Fact]
    public void The_example_of_the_specification_is_read()
    {
        var example = Convert.FromHexString("0a290a0b0a016112061a040a0201020a0d0a0162120812060a040000003f0a0b0a016312060a040a026869");
        Assert.Equal([1, 2], ReadIntegers(example, "a"));
        Assert.Equal([0.5f], ReadFloats(example, "b"));
        Assert.Equal(["hi"], ReadBytes(example, "c"));
        Assert.Equal(FeatureKind.Missing, Parse(example, "d").Kind);
    }

    [Fact]
    public void Fields_come_in_any_order_and_unknown_ones_are_passed_over()
    {
        byte[] unknown = [.. Varint(9 << 3), 5, .. Varint(10 << 3 | 1), 1, 2, 3, 4, 5, 6, 7, 8, .. Blob(11, [1, 2]), .. Varint(12 << 3 | 5), 1, 2, 3, 4,
            .. Varint(13 << 3 | 3), .. Varint(14 << 3 | 3), .. Varint(1 << 3), 7, .. Varint(14 << 3 | 4), .. Varint(13 << 3 | 4)];
        byte[] list = [.. unknown, .. Blob(1, [.. Varint(5), .. Varint(ulong.MaxValue)]), .. unknown, .. Varint(1 << 3), 6, .. Blob(1, [7])];
        byte[] feature = [.. unknown, .. Blob(3, list), .. unknown];
        byte[] entry = [.. unknown, .. Blob(2, feature), .. unknown, .. Blob(1, "k"u8.ToArray())];
        byte[] example = [.. unknown, .. Blob(1, [.. unknown, .. Blob(1, entry), .. unknown]), .. Blob(1, Entry("other", Integers(1)))];
        Assert.Equal([5, -1, 6, 7], ReadIntegers(example, "k"));
        Assert.Equal([1], ReadIntegers(example, "other"));
    }

    [Fact]
    public void Unpacked_floats_are_read()
    {
        byte[] list = [.. Varint(1 << 3 | 5), .. Raw(1.5f), .. Blob(1, Raw(2, 3)), .. Varint(1 << 3 | 5), .. Raw(-4)];
        Assert.Equal([1.5f, 2, 3, -4], ReadFloats(Example([("k", Blob(2, list))]), "k"));
    }

    [Fact]
    public void Of_equal_keys_the_last_counts() =>
        Assert.Equal([2f], ReadFloats(Example([("k", Integers(1)), ("k", Floats(2)), ("l", Floats(3))]), "k"));

    [Fact]
    public void Empty_features_are_empty_lists()
    {
        Assert.Equal(FeatureKind.Empty, Parse(Example([("k", [])]), "k").Kind);
        Assert.Equal(FeatureKind.Empty, Parse(Blob(1, Blob(1, Blob(1, "k"u8.ToArray()))), "k").Kind);
        Assert.Empty(ReadIntegers(Example([("k", Blob(3, []))]), "k"));
        Assert.Equal(FeatureKind.Missing, Parse([], "k").Kind);
    }

    [Fact]
    public void What_protocol_buffers_do_not_allow_is_a_fault()
    {
        byte[] key = [.. Blob(1, "k"u8.ToArray())];
        Bad([0x0A], "cut off");
        Bad([0x0A, 5, 1], "cut off");
        Bad([0x00], "field number");
        Bad([0x08, 0x01], "wrong wire type");
        Bad([.. Varint(9 << 3), .. Enumerable.Repeat((byte)0xFF, 9), 2], "more than 64 bits");
        Bad([.. Varint(9 << 3), .. Enumerable.Repeat((byte)0x80, 10), 0], "more than 64 bits");
        Bad([.. Varint(9 << 3 | 1), 1, 2, 3], "cut off");
        Bad([.. Varint(9 << 3 | 6)], "wire type");
        Bad([.. Varint(9 << 3 | 4)], "wire type");
        Bad([.. Varint(9 << 3 | 3), .. Varint(10 << 3 | 4)], "wire type");
        Bad([.. Varint(9 << 3 | 3)], "group that is cut off");
        Bad([.. Enumerable.Repeat((byte)(9 << 3 | 3), 33)], "nested too deep");
        Bad(Blob(1, Blob(1, [.. key, .. key])), "given twice");
        Bad(Blob(1, Blob(1, [.. key, .. Blob(2, []), .. Blob(2, [])])), "given twice");
        Bad(Example([("k", [.. Integers(1), .. Floats(1)])]), "two lists");
        Bad([.. Varint(ulong.MaxValue)], "field number");
    }

    [Fact]
    public void Damaged_lists_are_faults()
    {
        BadList(Blob(2, Blob(1, [1, 2, 3])), "floats that is cut off");
        BadList(Blob(3, Blob(1, [1, 0x80])), "cut off");
        BadList(Blob(3, [.. Varint(1 << 3 | 5), 1, 2, 3, 4]), "wrong wire type");
        BadList(Blob(2, [.. Varint(1 << 3), 1]), "wrong wire type");
        BadList(Blob(1, [.. Varint(1 << 3), 1]), "wrong wire type");
        BadList(Blob(3, Blob(1, [.. Enumerable.Repeat((byte)0xFF, 9), 2])), "more than 64 bits");
    }

    private static void Bad(byte[] example, string what) => Assert.Contains(what, Assert.Throws<ActionableException>(() => Parse(example, "k")).Message);

    private static void BadList(byte[] feature, string what)
    {
        var example = Example([("k", feature)]);
        Assert.Contains(what, Assert.Throws<ActionableException>(() => Parse(example, "k").Kind switch
        {
            FeatureKind.Bytes => ReadBytes(example, "k").Length,
            FeatureKind.Floats => ReadFloats(example, "k").Length,
            _ => ReadIntegers(example, "k").Length,
        }).Message);
    }

    private static FeatureRange Parse(byte[] example, string key)
    {
        var index = new FeatureIndex();
        index.Add("before");
        var slot = index.Add(key);
        var found = new FeatureRange[index.Count];
        ExampleParser.Parse(example, index, found);
        return found[slot];
    }

    private static long[] ReadIntegers(byte[] example, string key)
    {
        var list = Parse(example, key);
        Assert.Equal(FeatureKind.Integers, list.Kind);
        var values = new long[FeatureLists.Count(example, list)];
        FeatureLists.Read(example, list, values);
        return values;
    }

    private static float[] ReadFloats(byte[] example, string key)
    {
        var list = Parse(example, key);
        Assert.Equal(FeatureKind.Floats, list.Kind);
        var values = new float[FeatureLists.Count(example, list)];
        FeatureLists.Read(example, list, values);
        return values;
    }

    private static string[] ReadBytes(byte[] example, string key)
    {
        var list = Parse(example, key);
        Assert.Equal(FeatureKind.Bytes, list.Kind);
        var values = new (int Start, int Length)[FeatureLists.Count(example, list)];
        FeatureLists.Read(example, list, values);
        return [.. values.Select(v => System.Text.Encoding.UTF8.GetString(example, v.Start, v.Length))];
    }
}
