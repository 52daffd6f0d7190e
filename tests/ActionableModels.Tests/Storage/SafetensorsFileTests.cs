using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using ActionableModels.Compute;
using ActionableModels.Storage;

namespace ActionableModels.Tests.Storage;

public sealed class SafetensorsFileTests : IDisposable
{
    static readonly Dictionary<string, string> Metadata = new() { ["b"] = "zwei\n\"2\" π", ["a"] = "" };
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    static SafetensorsTensor[] Tensors() =>
    [
        new("odd", SafetensorsDtype.U8, [3], new byte[] { 1, 2, 3 }),
        SafetensorsTensor.Float32("weights/é", [2, 3], new[] { 1f, -2f, float.NaN, float.Epsilon, float.MaxValue, -0f }),
        SafetensorsTensor.Float32("one number", [], new[] { 0.5f }),
        SafetensorsTensor.Float32("empty", [2, 0, 5], Array.Empty<float>()),
        SafetensorsTensor.Int32("counts", [2], new[] { -1, int.MaxValue }),
        SafetensorsTensor.Int64("position", [1], new[] { long.MinValue }),
    ];

    [Fact]
    public void What_was_written_is_read_back()
    {
        SafetensorsWriter.Write(folder["f"], Metadata, Tensors());
        using var file = SafetensorsFile.Open(folder["f"]);
        Assert.Equal(Metadata.ToDictionary(), file.Metadata.ToDictionary());
        Assert.Equal(Tensors().Select(t => t.Name).Order(), file.Entries.Keys.Order());
        foreach (var tensor in Tensors())
        {
            var expected = new MemoryStream();
            tensor.Write(expected);
            Assert.Equal(expected.ToArray(), file.Bytes(tensor.Name));
            Assert.Equal((tensor.Dtype, tensor.Length), (file.Entry(tensor.Name).Dtype, file.Entry(tensor.Name).Length));
            Assert.Equal(tensor.Shape, file.Entry(tensor.Name).Shape);
        }
        Assert.Equal(-2f, file.Float32("weights/é", 2, 3)[1]);
        Assert.Equal(-1, file.Int32("counts")[0]);
        Assert.Equal(long.MinValue, file.Int64("position", 1)[0]);
        Assert.Equal(new byte[] { 2, 3 }, file.Slice("odd", 1, 2));
        Assert.Equal(6, file.Entry("weights/é").Elements);
    }

    [Fact]
    public void The_layout_is_that_of_the_format()
    {
        SafetensorsWriter.Write(folder["f"], Metadata, Tensors());
        var bytes = File.ReadAllBytes(folder["f"]);
        var headerLength = (int)BitConverter.ToUInt64(bytes);
        Assert.Equal(0, headerLength % 8);
        var header = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(Encoding.UTF8.GetString(bytes, 8, headerLength))!;
        Assert.Equal("zwei\n\"2\" π", header["__metadata__"].GetProperty("b").GetString());
        Assert.Equal(
            ["__metadata__", "position", "counts", "empty", "one number", "weights/é", "odd"], header.Keys);
        var data = bytes.AsSpan(8 + headerLength);
        var entry = header["weights/é"];
        Assert.Equal("F32", entry.GetProperty("dtype").GetString());
        Assert.Equal([2, 3], entry.GetProperty("shape").Deserialize<int[]>()!);
        var offsets = entry.GetProperty("data_offsets").Deserialize<int[]>()!;
        Assert.Equal([1f, -2f, float.NaN, float.Epsilon, float.MaxValue, -0f], MemoryMarshal.Cast<byte, float>(data[offsets[0]..offsets[1]]));
        Assert.Equal(data.Length, header["odd"].GetProperty("data_offsets")[1].GetInt32());
    }

    [Fact]
    public void Order_of_arguments_does_not_change_the_bytes()
    {
        SafetensorsWriter.Write(folder["f"], Metadata, Tensors());
        SafetensorsWriter.Write(folder["g"], Metadata.Reverse().ToDictionary(), [.. Tensors().Reverse()]);
        Assert.Equal(File.ReadAllBytes(folder["f"]), File.ReadAllBytes(folder["g"]));
    }

    [Fact]
    public void A_file_without_tensors_is_one()
    {
        SafetensorsWriter.Write(folder["f"], new Dictionary<string, string>(), []);
        using var file = SafetensorsFile.Open(folder["f"]);
        Assert.Empty(file.Entries);
        Assert.Empty(file.Metadata);
    }

    [Fact]
    public void Unaligned_data_of_other_writers_is_read()
    {
        var bytes = SafetensorsBytes.Of("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}}""",
            [9, .. BitConverter.GetBytes(1.5f)]);
        using var file = SafetensorsFile.Parse(bytes, "memory");
        Assert.Equal(1.5f, file.Float32("b")[0]);
    }

    [Fact]
    public void Header_may_name_tensors_in_any_order()
    {
        var bytes = SafetensorsBytes.Of("""{"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}   """, [1, 2]);
        using var file = SafetensorsFile.Parse(bytes, "memory");
        Assert.Equal(2, file.Bytes("b")[0]);
    }

    [Fact]
    public void Wrong_requests_say_what_is_there()
    {
        SafetensorsWriter.Write(folder["f"], Metadata, Tensors());
        using var file = SafetensorsFile.Open(folder["f"]);
        Assert.StartsWith($"{folder["f"]}: there is no tensor \"none\"", Assert.Throws<ActionableException>(() => file.Bytes("none").Length).Message);
        Assert.Contains("tensor \"odd\" is U8 [3], not F32:", Assert.Throws<ActionableException>(() => file.Float32("odd").Length).Message);
        Assert.Contains("is F32 [2, 3], not F32 [3, 2]:", Assert.Throws<ActionableException>(() => file.Float32("weights/é", 3, 2).Length).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Slice("odd", 2, 2).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Slice("odd", -1, 2).Length);
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.Bytes("odd").Length);
    }

    [Fact]
    public void Files_that_cannot_be_read_are_named()
    {
        foreach (var path in new[] { folder["none"], folder["none/none"], folder.Path })
            Assert.StartsWith($"{path}: ", Assert.Throws<ActionableException>(() => SafetensorsFile.Open(path)).Message);
    }

    [Fact]
    public void Wrong_use_of_the_writer_leaves_the_old_file()
    {
        File.WriteAllText(folder["f"], "old");
        SafetensorsTensor twice = new("a", SafetensorsDtype.U8, [1], new byte[1]);
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(folder["f"], Metadata, [twice, twice]));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(folder["f"], Metadata,
            [new("a", SafetensorsDtype.U8, [2], stream => stream.WriteByte(1))]));
        Assert.Throws<ArgumentException>(() => new SafetensorsTensor("a", SafetensorsDtype.F64, [2], new byte[15]));
        Assert.Throws<OverflowException>(() => new SafetensorsTensor("a", SafetensorsDtype.F64, [1L << 40, 1L << 40], _ => { }));
        Assert.Equal("old", File.ReadAllText(folder["f"]));
        Assert.Single(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Reading_allocates_nothing()
    {
        SafetensorsWriter.Write(folder["f"], Metadata, Tensors());
        using var file = SafetensorsFile.Open(folder["f"]);
        var sum = file.Float32("weights/é", 2, 3)[0] + file.Bytes("odd")[0];
        var before = GC.GetAllocatedBytesForCurrentThread();
        sum += file.Float32("weights/é", 2, 3)[0] + file.Bytes("odd")[0];
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(4, sum);
    }
}
