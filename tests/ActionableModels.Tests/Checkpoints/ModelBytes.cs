using System.Buffers.Binary;
using System.Text.Json.Nodes;
using ActionableModels.Checkpoints;
using ActionableModels.Compute.Cpu;
using ActionableModels.Learning;
using ActionableModels.Tests.Learning;
using ActionableModels.Tests.Storage;
using TemporaryFolder = ActionableModels.Tests.Storage.TemporaryFolder;

namespace ActionableModels.Tests.Checkpoints;

/// <summary>Small model files as bytes, and the same with another header; tensors that the header keeps stay where they are.</summary>
internal static class ModelBytes
{
    /// <summary>The checkpoint of one training step.</summary>
    public static byte[] Checkpoint(TrainingSettings settings)
    {
        using var world = new TinyWorld();
        using var device = new CpuDevice(1);
        using var trainer = new Trainer(device, world.Store, TinyWorld.Start(device, settings));
        trainer.Advance();
        return world.Bytes(trainer.ToCheckpoint());
    }

    /// <summary>The policy file of a checkpoint.</summary>
    public static byte[] Policy(byte[] checkpoint)
    {
        using var folder = new TemporaryFolder();
        PolicyModel.Parse(checkpoint, "a checkpoint").Write(folder["policy"]);
        return File.ReadAllBytes(folder["policy"]);
    }

    /// <summary>Bytes before the tensors.</summary>
    public static int HeaderEnd(byte[] file) => 8 + (int)BinaryPrimitives.ReadUInt64LittleEndian(file);

    public static JsonObject Header(byte[] file) => JsonNode.Parse(file.AsSpan(8, HeaderEnd(file) - 8))!.AsObject();

    public static byte[] WithHeader(byte[] file, Action<JsonObject> change)
    {
        var header = Header(file);
        change(header);
        return SafetensorsBytes.Of(header.ToJsonString(), file.AsSpan(HeaderEnd(file)));
    }

    /// <summary>The file with another text in its metadata; null removes the key.</summary>
    public static byte[] WithMetadata(byte[] file, string key, Func<string, string?> change) => WithHeader(file, header =>
    {
        var metadata = header["__metadata__"]!.AsObject();
        if (change(metadata[key]!.GetValue<string>()) is { } text) metadata[key] = text;
        else metadata.Remove(key);
    });

    /// <summary>The file with a change to the JSON under a key of its metadata.</summary>
    public static byte[] WithJson(byte[] file, string key, Action<JsonObject> change) => WithMetadata(file, key, text =>
    {
        var node = JsonNode.Parse(text)!.AsObject();
        change(node);
        return node.ToJsonString();
    });

    /// <summary>The file with other numbers at the end of a tensor.</summary>
    public static byte[] WithNumbers(byte[] file, string tensor, params ReadOnlySpan<float> numbers)
    {
        var bytes = (byte[])file.Clone();
        var end = HeaderEnd(file) + Header(file)[tensor]!["data_offsets"]![1]!.GetValue<int>();
        for (var i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(end - 4 * (numbers.Length - i)), numbers[i]);
        return bytes;
    }
}
