using System.Text;
using ActionableModels.Compute;
using ActionableModels.Storage;

namespace ActionableModels.Tests.Storage;

public sealed class SafetensorsBadInputTests
{
    static string Refuse(byte[] bytes)
    {
        var message = Assert.Throws<ActionableException>(() => SafetensorsFile.Parse(bytes, "FILE")).Message;
        Assert.StartsWith("FILE: ", message);
        Assert.DoesNotContain('\n', message);
        Assert.True(message.Length < 1000, message);
        return message;
    }

    /// <summary>Offsets of tensors a (2 bytes) and b (3 bytes) in 5 bytes of data.</summary>
    [Theory]
    [InlineData("[0,2]", "[1,4]", "tensor \"b\" overlaps the one before it")]
    [InlineData("[0,2]", "[0,3]", "overlaps the one before it")]
    [InlineData("[3,5]", "[0,3]", null)]
    [InlineData("[0,2]", "[2,5]", null)]
    [InlineData("[0,2]", "[3,6]", "tensor \"b\": data_offsets [3, 6] do not lie in order within the 5 bytes of data")]
    [InlineData("[1,3]", "[3,6]", "do not lie in order")]
    [InlineData("[2,0]", "[2,5]", "tensor \"a\": data_offsets [2, 0] do not lie in order")]
    [InlineData("[0,1]", "[2,5]", "tensor \"a\": U8 [2] takes 2 bytes, but its data_offsets span 1")]
    [InlineData("[0,2]", "[2,4]", "takes 3 bytes, but its data_offsets span 2")]
    [InlineData("[-1,1]", "[2,5]", "data_offsets holds something other than whole numbers")]
    [InlineData("[0,9223372036854775808]", "[2,5]", "data_offsets holds something other than whole numbers")]
    [InlineData("[9223372036854775805,9223372036854775807]", "[2,5]", "do not lie in order")]
    [InlineData("[0.0,2]", "[2,5]", "data_offsets holds something other than whole numbers")]
    [InlineData("[0,2,4]", "[2,5]", "do not lie in order")]
    [InlineData("[0]", "[2,5]", "do not lie in order")]
    [InlineData("[]", "[2,5]", "do not lie in order")]
    [InlineData("{}", "[2,5]", "data_offsets is not a list")]
    [InlineData("[[0,2]]", "[2,5]", "data_offsets holds something other than whole numbers")]
    public void Offsets_must_fill_the_data(string a, string b, string? message)
    {
        var bytes = SafetensorsBytes.Of(
            $$$"""{"a":{"dtype":"U8","shape":[2],"data_offsets":{{{a}}}},"b":{"dtype":"U8","shape":[3],"data_offsets":{{{b}}}}}""", new byte[5]);
        if (message is null)
            SafetensorsFile.Parse(bytes, "FILE").Dispose();
        else
            Assert.Contains(message, Refuse(bytes));
    }

    [Theory]
    [InlineData("[1,4]", 5, "tensor \"a\" leaves a hole before it")]
    [InlineData("[0,3]", 5, "2 bytes at the end belong to no tensor")]
    public void Holes_are_refused(string offsets, int data, string message) => Assert.Contains(message,
        Refuse(SafetensorsBytes.Of($$$"""{"a":{"dtype":"U8","shape":[3],"data_offsets":{{{offsets}}}}}""", new byte[data])));

    [Theory]
    [InlineData("[4294967296,4294967296]")]
    [InlineData("[9223372036854775807,2]")]
    [InlineData("[3037000500,3037000500,0]")]
    [InlineData("[4611686018427387904]")]
    public void Shapes_that_overflow_are_refused(string shape) => Assert.Contains("has more elements than can be counted",
        Refuse(SafetensorsBytes.Of($$$"""{"a":{"dtype":"F32","shape":{{{shape}}},"data_offsets":[0,0]}}""", [])));

    [Theory]
    [InlineData("", "not a JSON object")]
    [InlineData("[]", "not a JSON object")]
    [InlineData(" {}", "not a JSON object")]
    [InlineData("{", "not valid JSON")]
    [InlineData("{}}", "not valid JSON")]
    [InlineData("{} {}", "not valid JSON")]
    [InlineData("{}\0", "not valid JSON")]
    [InlineData("{\"a\":1}", "tensor \"a\": its header entry is not an object")]
    [InlineData("{\"a\":{}}", "tensor \"a\": dtype is missing")]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,0]}}", "shape is missing")]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"shape\":[0]}}", "data_offsets is missing")]
    [InlineData("{\"a\":{\"dtype\":\"U9\",\"shape\":[0],\"data_offsets\":[0,0]}}", "dtype \"U9\" is not known")]
    [InlineData("{\"a\":{\"dtype\":8,\"shape\":[0],\"data_offsets\":[0,0]}}", "dtype is not a text")]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"shape\":0,\"data_offsets\":[0,0]}}", "shape is not a list")]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"shape\":[-1],\"data_offsets\":[0,0]}}", "shape holds something other")]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"shape\":[null],\"data_offsets\":[0,0]}}", "shape holds something other")]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}", "dtype appears twice")]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"shape\":[0],\"data_offsets\":[0,0]}}", "shape appears twice")]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0],\"data_offsets\":[0,0]}}", "data_offsets appears twice")]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0],\"more\":1}}", "unknown field \"more\"")]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},\"\\u0061\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}", "\"a\" appears twice")]
    [InlineData("{\"__metadata__\":{},\"__metadata__\":{}}", "__metadata__ appears twice")]
    [InlineData("{\"__metadata__\":[]}", "__metadata__ is not an object")]
    [InlineData("{\"__metadata__\":{\"k\":1}}", "__metadata__ \"k\" is not a text")]
    [InlineData("{\"__metadata__\":{\"k\":\"\",\"k\":\"\"}}", "__metadata__ \"k\" appears twice")]
    [InlineData("{\"__metadata__\":{\"k\":\"\\ud800\"}}", "not valid JSON")]
    [InlineData("{\"\\udc00\":{}}", "not valid JSON")]
    [InlineData("{\"line\\nbreak\":{}}", "tensor \"line break\": dtype is missing")]
    [InlineData("{\"a\":{\"dtype\":\"U8\",\"shape\":[[[[[[[[[[]]]]]]]]]],\"data_offsets\":[0,0]}}", "shape holds something other")]
    public void Headers_must_be_right_in_everything(string header, string message) => Assert.Contains(message, Refuse(SafetensorsBytes.Of(header, [])));

    [Fact]
    public void Text_must_be_utf8() =>
        Assert.Contains("UTF-8", Refuse(SafetensorsBytes.Of([.. "{\"__metadata__\":{\"k\":\""u8, 0xFF, .. "\"}}"u8], [])));

    [Theory]
    [InlineData(3UL)]
    [InlineData(1000UL)]
    [InlineData(100_000_001UL)]
    [InlineData(1UL << 63)]
    [InlineData(ulong.MaxValue)]
    public void Announced_header_length_must_fit_the_file(ulong length) =>
        Assert.Contains($"announce a header of {length} bytes, the file has 10", Refuse([.. BitConverter.GetBytes(length), .. "{}"u8]));

    [Fact]
    public void Long_lists_are_refused_before_they_cost_memory()
    {
        var dimensions = string.Join(',', Enumerable.Repeat("1", 1_000_000));
        var bytes = SafetensorsBytes.Of($$$"""{"a":{"dtype":"U8","shape":[{{{dimensions}}}],"data_offsets":[0,1]}}""", new byte[1]);
        Assert.Contains("shape has more than 32 numbers", Refuse(bytes));
        var entries = new StringBuilder("{");
        for (var i = 0; i <= SafetensorsHeader.MostEntries; i++)
            entries.Append($"{(i == 0 ? "" : ",")}\"{i}\":{{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}");
        Assert.Contains("more than 100,000 tensors", Refuse(SafetensorsBytes.Of(entries.Append('}').ToString(), [])));
    }

    [Fact]
    public void Truncation_at_every_byte_is_refused()
    {
        var whole = Sample();
        SafetensorsFile.Parse(whole, "FILE").Dispose();
        for (var length = 0; length < whole.Length; length++)
            Refuse(whole[..length]);
        Refuse([.. whole, 0]);
    }

    [Fact]
    public void Mutated_files_are_read_consistently_or_refused()
    {
        var whole = Sample();
        var (read, mostAllocated) = (0, 0L);
        for (var trial = 0; trial < 20_000; trial++)
        {
            var mutated = Mutation.Of(whole, new RandomKey(5, 1, (ulong)trial));
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                using var file = SafetensorsFile.Parse(mutated, "FILE");
                mostAllocated = Math.Max(mostAllocated, GC.GetAllocatedBytesForCurrentThread() - before);
                AssertConsistent(file, mutated.Length);
                read++;
            }
            catch (ActionableException e)
            {
                mostAllocated = Math.Max(mostAllocated, GC.GetAllocatedBytesForCurrentThread() - before);
                Assert.DoesNotContain('\n', e.Message);
            }
        }
        Assert.InRange(read, 300, 19_700);
        Assert.InRange(mostAllocated, 1, 100_000);
    }

    static void AssertConsistent(SafetensorsFile file, int length)
    {
        var total = 0L;
        foreach (var (name, entry) in file.Entries)
        {
            Assert.Equal(entry.Length, file.Bytes(name).Length);
            Assert.Equal(entry.Length, entry.Shape.Aggregate((long)entry.Dtype.Size(), (product, size) => product * size));
            total += entry.Length;
        }
        Assert.InRange(total, 0, length - 8);
    }

    static byte[] Sample()
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, new Dictionary<string, string> { ["key"] = "value" },
        [
            SafetensorsTensor.Float32("weight", [2, 3], new float[6]),
            SafetensorsTensor.Int32("steps", [2], new[] { 1, 2 }),
            new("image", SafetensorsDtype.U8, [1, 2, 3], new byte[6]),
        ]);
        return stream.ToArray();
    }
}
