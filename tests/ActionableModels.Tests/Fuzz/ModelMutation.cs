using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using ActionableModels.Compute;
using ActionableModels.Tests.Checkpoints;
using ActionableModels.Tests.Storage;

namespace ActionableModels.Tests.Fuzz;

/// <summary>
/// Damage that knows the format of model files: bytes, lengths, offsets, the JSON of the header and of its metadata, and the numbers of the
/// tensors. The damage of a key is always the same.
/// </summary>
internal sealed class ModelMutation
{
    // Stands for an escape sequence that no writer of JSON would write.
    private const string HalfCharacter = "half a character";

    private static readonly string[] Numbers =
    [
        "0", "-0", "1", "-1", "2", "3", "7", "8", "16", "63", "64", "65", "255", "256", "1024", "4095", "4096", "4097", "16384", "46341", "65535", "65536",
        "65537", "16777217", "2147483647", "2147483648", "-2147483648", "4294967296", "9007199254740993", "9223372036854775807",
        "9223372036854775808", "18446744073709551615", "1e3", "0.5", "1e-45", "1e-30", "3.4e38", "-3.4e38", "1e39", "1e308", "1e999", "-1e999",
        "1" + new string('0', 400),
    ];

    private static readonly string[] Values =
    [
        "null", "true", "\"\"", "\"NaN\"", "\"Infinity\"", "[]", "{}", "[null]", "[[]]", "\"Conv\"", "\"Pool\"", "\"Dense\"", "\"Same\"", "\"Valid\"",
        "\"Channels\"", "\"Towers\"", "\"Batch\"", "\"None\"", "\"QValue\"", "\"Action\"", "\"Identity\"", "\"Sine\"", "\"conv\"", "\"QFunction\"",
        "\"BehaviouralCloning\"", "\"a\\u0000b\"", $"\"{HalfCharacter}\"", "\"../../x\"", "{\"Kind\":\"Pool\",\"Channels\":0,\"Kernel\":64,\"Stride\":1,\"Padding\":\"Same\"}",
    ];

    private static readonly float[] Floats =
    [
        float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.MinValue, 1e38f, -1e38f, 1e30f, -1e20f, 1e19f, 1e10f, -1000,
        float.Epsilon, -float.Epsilon, 1e-40f, -1e-30f, 0, -0f, 1, -1,
    ];

    private readonly byte[] file;
    private readonly RandomKey key;
    private uint draws;

    private ModelMutation(byte[] file, RandomKey key) => (this.file, this.key) = (file, key);

    /// <summary>Another form of a model file.</summary>
    public static byte[] Of(byte[] file, RandomKey key) => new ModelMutation(file, key).Next();

    private int Below(long bound) => (int)Philox.Below(key, draws++, bound);
    private T Any<T>(IReadOnlyList<T> list) => list[Below(list.Count)];

    private byte[] Next()
    {
        var end = ModelBytes.HeaderEnd(file);
        switch (Below(12))
        {
            case 0: return Mutation.Of(file, key with { Stream = key.Stream + 1 });
            case 1: return [.. Mutation.Of(file.AsSpan(0, end), key with { Stream = key.Stream + 1 }, keepLength: true), .. file.AsSpan(end)];
            case 2: return WithLength(Mutation.Of(file.AsSpan(0, end), key with { Stream = key.Stream + 1 }), end);
            case 3: return Run();
            case 4: return FirstBytes();
            case 5: return Entries();
            case 6: return ModelBytes.WithMetadata(file, Any(["format", "version", "network", "settings", "action_space", "camera", "step"]), Text);
            // Images may grow where the camera does.
            case 7: return Json(Below(2) == 0 ? file : ModelBytes.WithMetadata(file, "camera", _ => "300x300"), "network");
            case 8: return Json(file, Any(["settings", "action_space"]));
            case 9: return ModelBytes.WithMetadata(file, "camera", _ => $"{Any(Numbers)}x{Any(Numbers)}");
            default: return Payload();
        }
    }

    // The header's length follows what the damage did to it.
    private byte[] WithLength(byte[] header, int end)
    {
        if (header.Length >= 8) BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)(header.Length - 8));
        return [.. header, .. file.AsSpan(end)];
    }

    /// <summary>A run of equal bytes, or of bytes from elsewhere.</summary>
    private byte[] Run()
    {
        var bytes = (byte[])file.Clone();
        var (at, length) = (Below(bytes.Length), 1 + Below(300));
        var run = bytes.AsSpan(at, Math.Min(length, bytes.Length - at));
        if (Below(2) == 0) run.Fill(Any<byte>([0, 0x20, 0x30, 0x7f, 0x80, 0xff]));
        else bytes.AsSpan(Below(bytes.Length - run.Length + 1), run.Length).ToArray().CopyTo(run);
        return bytes;
    }

    private byte[] FirstBytes()
    {
        var bytes = (byte[])file.Clone();
        var length = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Any<ulong>([0, 1, 2, length - 1, length + 1, length + 8, (ulong)bytes.Length, (ulong)bytes.Length - 8,
            int.MaxValue, uint.MaxValue, 1UL << 32 | length, long.MaxValue, 1UL << 63, ulong.MaxValue, ulong.MaxValue - 7]));
        return bytes;
    }

    /// <summary>Extreme sizes and offsets, other types, swapped and renamed tensors.</summary>
    private byte[] Entries() => ModelBytes.WithHeader(file, header =>
    {
        for (var edits = 1 + Below(2); edits > 0; edits--)
        {
            string[] names = [.. header.Select(e => e.Key).Where(name => name != "__metadata__")];
            var (name, other) = (Any(names), Any(names));
            switch (Below(6))
            {
                case 0: Replace(header[name]!); break;
                case 1: Replace(header[name]![Any(["shape", "data_offsets"])]!); break;
                case 2: header[name]!["dtype"] = Any(["BOOL", "U8", "F16", "BF16", "I32", "U32", "F64", "F8_E4M3", "", "f32"]); break;
                case 3:
                    var field = Any(["shape", "data_offsets", "dtype"]);
                    var (mine, its) = (header[name]![field]!.DeepClone(), header[other]![field]!.DeepClone());
                    (header[name]![field], header[other]![field]) = (its, mine);
                    break;
                case 4:
                    if (name == other) break;
                    var (first, second) = (header[name]!.DeepClone(), header[other]!.DeepClone());
                    (header[name], header[other]) = (second, first);
                    break;
                default:
                    var entry = header[name]!.DeepClone();
                    header.Remove(name);
                    header[Any(["__metadata__x", "average/" + name, name + " ", "lagged/" + name, "optimizer/m/" + name, new string('n', 3000)])] = entry;
                    break;
            }
        }
    });

    private string? Text(string text) => Below(10) switch
    {
        0 => null,
        1 => "",
        2 => Any(Numbers),
        3 => Any(Values),
        4 => string.Concat(Enumerable.Repeat("[", 5000)),
        5 => string.Concat(Enumerable.Repeat("{\"a\":", 3000)),
        6 => new string('\u0416', 40_000),
        7 => text + text,
        8 => text[..Below(text.Length + 1)],
        _ => Encoding.UTF8.GetString(Mutation.Of(Encoding.UTF8.GetBytes(text), key with { Stream = key.Stream + 1 })),
    };

    /// <summary>Other values at places of the JSON under a key; sometimes a key twice, or one that is not known.</summary>
    private byte[] Json(byte[] file, string metadata) => ModelBytes.WithMetadata(file, metadata, text =>
    {
        var node = JsonNode.Parse(text)!;
        for (var edits = 1 + Below(3); edits > 0; edits--) Replace(node);
        var changed = node.ToJsonString().Replace(HalfCharacter, "\\ud800");
        if (Below(8) != 0) return changed;
        var (property, value) = Any([.. node.AsObject()]);
        return $"{{\"{(Below(2) == 0 ? property : "Surprise")}\":{(Below(2) == 0 ? value?.ToJsonString() ?? "null" : Any(Numbers))},{changed[1..]}";
    });

    // Goes down at random and replaces what it comes to: numbers mostly by numbers.
    private void Replace(JsonNode node)
    {
        switch (node)
        {
            case JsonObject map when map.Count > 0:
                var (name, inner) = Any([.. map]);
                if (inner is JsonObject or JsonArray && Below(6) != 0) Replace(inner);
                else if (Below(10) == 0) map.Remove(name);
                else map[name] = Value(inner);
                break;
            case JsonArray list when list.Count > 0:
                var at = Below(list.Count);
                if (list[at] is JsonObject or JsonArray && Below(6) != 0) Replace(list[at]!);
                else if (Below(6) == 0) list.Add(list[at]?.DeepClone());
                else if (Below(6) == 0) list.RemoveAt(at);
                else list[at] = Value(list[at]);
                break;
            default: break;
        }
    }

    private JsonNode? Value(JsonNode? old) =>
        JsonNode.Parse(old?.GetValueKind() == System.Text.Json.JsonValueKind.Number && Below(8) != 0 ? Any(Numbers) : Any(Values));

    /// <summary>Other numbers in one tensor, in a few places, or everywhere.</summary>
    private byte[] Payload()
    {
        var bytes = (byte[])file.Clone();
        var data = MemoryMarshal.Cast<byte, float>(bytes.AsSpan(ModelBytes.HeaderEnd(file)));
        switch (Below(4))
        {
            case 0:
                for (var n = 1 + Below(8); n > 0; n--) data[Below(data.Length)] = Any(Floats);
                break;
            case 1:
                var (at, length) = (Below(data.Length), 1 + Below(200));
                data.Slice(at, Math.Min(length, data.Length - at)).Fill(Any(Floats));
                break;
            case 2:
                var factor = Any(Floats);
                foreach (ref var value in data) value *= factor;
                break;
            default:
                // Any bits: one in 256 of them is not finite.
                for (var n = 1 + Below(40); n > 0; n--)
                    data[Below(data.Length)] = BitConverter.UInt32BitsToSingle(Philox.Word(key, draws++));
                break;
        }
        return bytes;
    }
}
