using System.Globalization;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Networks;
using ActionableModels.Storage;

namespace ActionableModels.Cli.Bench;

/// <summary>
/// What another library needs to do the same work: tensors input/…, parameter/… (names and layouts of checkpoints) and output/…, and
/// how to do it as metadata.
/// </summary>
internal sealed class ExchangeFile
{
    private readonly Device device;
    private readonly List<SafetensorsTensor> tensors = [];
    private readonly Dictionary<string, string> metadata;

    public ExchangeFile(Device device, WorkKind work, int batch)
    {
        this.device = device;
        metadata = new()
        {
            ["format"] = "actionable-models bench", ["work"] = work.Name, ["what"] = work.What,
            ["batch"] = batch.ToString(CultureInfo.InvariantCulture),
        };
    }

    /// <summary>Adds a setting.</summary>
    public void Note(string key, string value) => metadata.Add(key, value);

    /// <summary>Adds a float tensor of a device.</summary>
    public void Add(string name, Tensor tensor)
    {
        var host = new float[tensor.Count];
        device.Download<float>(tensor, host);
        Add(name, [.. Enumerable.Range(0, tensor.Shape.Rank).Select(i => (long)tensor.Shape[i])], host);
    }

    /// <summary>Adds floats.</summary>
    public void Add(string name, ReadOnlySpan<long> shape, float[] numbers) => tensors.Add(SafetensorsTensor.Float32(name, shape, numbers));

    /// <summary>Adds images.</summary>
    public void Add(string name, ReadOnlySpan<long> shape, byte[] images) =>
        tensors.Add(new SafetensorsTensor(name, SafetensorsDtype.U8, shape, images));

    /// <summary>Adds a flat parameter buffer under checkpoint names and the network as the metadata of checkpoints has it.</summary>
    public void Add(string prefix, NetworkSpec spec, ParameterLayout layout, float[] flat)
    {
        metadata["network"] = spec.ToJson();
        tensors.AddRange(CheckpointTensors.Write(spec, layout, prefix, flat));
    }

    /// <summary>Writes the file.</summary>
    public void Write(string path) => SafetensorsWriter.Write(path, metadata, tensors);
}
