using System.Numerics.Tensors;
using ActionableModels.Compute;
using ActionableModels.Networks;
using ActionableModels.Storage;

namespace ActionableModels.Checkpoints;

/// <summary>
/// A checkpoint in memory: the header and the flat parameter buffers on the host. One safetensors file holds the parameters under their
/// names, averages under `average/`, the lagged target under `lagged/`, optimizer moments under `optimizer/m/` and `optimizer/v/`.
/// </summary>
public sealed class Checkpoint
{
    /// <summary>A checkpoint of given buffers.</summary>
    internal Checkpoint(CheckpointHeader header, ParameterLayout layout, float[] values, float[] average, float[]? lagged, float[]? first,
        float[]? second) =>
        (Header, Layout, Values, Average, Lagged, FirstMoment, SecondMoment) = (header, layout, values, average, lagged, first, second);

    /// <summary>What it is a checkpoint of.</summary>
    public CheckpointHeader Header { get; }
    /// <summary>Where each parameter lies in the buffers.</summary>
    public ParameterLayout Layout { get; }
    /// <summary>θ.</summary>
    internal float[] Values { get; }
    /// <summary>θ̄₁, the moving average: what policies use.</summary>
    internal float[] Average { get; }
    /// <summary>θ̄₂, or null with one target network.</summary>
    internal float[]? Lagged { get; }
    /// <summary>Momentum or Adam's first moment; null before the first step.</summary>
    internal float[]? FirstMoment { get; }
    /// <summary>Adam's second moment, or null.</summary>
    internal float[]? SecondMoment { get; }

    /// <summary>The part that policies use.</summary>
    public PolicyModel Policy => new(Header, Layout, Average);

    /// <summary>Writes the checkpoint; atomic and durable.</summary>
    /// <exception cref="ActionableException">
    /// The training diverged, or the file cannot be written; an older file of that name is untouched.
    /// </exception>
    public void Write(string path)
    {
        var tensors = new List<SafetensorsTensor>();
        void Add(string prefix, float[]? flat)
        {
            if (flat is null) return;
            if (!TensorPrimitives.IsFiniteAll<float>(flat))
                throw new ActionableException(
                    $"{FileFault.Show(path)}: not written, numbers of step {Header.Step} are not finite: the training diverged, lower the learning rate");
            tensors.AddRange(CheckpointTensors.Write(Header.Network, Layout, prefix, flat));
        }
        Add("", Values);
        Add("average/", Average);
        Add("lagged/", Lagged);
        Add("optimizer/m/", FirstMoment);
        Add("optimizer/v/", SecondMoment);
        SafetensorsWriter.Write(path, Header.ToMetadata(), tensors);
    }

    /// <summary>Reads and checks a checkpoint.</summary>
    /// <exception cref="ActionableException">
    /// The file is missing, damaged, not a checkpoint, or was changed meanwhile; the message says which.
    /// </exception>
    public static Checkpoint Read(string path)
    {
        using var file = SafetensorsReader.Open(path, CheckpointTensors.LongestHeader);
        var checkpoint = Read(file);
        file.RequireUnchanged();
        return checkpoint;
    }

    /// <summary>Reads and checks a checkpoint from an open file.</summary>
    /// <exception cref="ActionableException">The file is damaged or not a checkpoint; the message says which.</exception>
    public static Checkpoint Read(SafetensorsSource file)
    {
        var header = CheckpointHeader.Read(file, out var format);
        if (format != ModelFormat.Checkpoint)
            throw new ActionableException($"{file.Name}: a policy file, which training cannot go on from: give the checkpoint it was made from");
        var (spec, layout) = (header.Network, new ParameterLayout(header.Network));
        var flat = CheckpointTensors.Require(file, spec, layout, format)
            .ToDictionary(buffer => buffer.Prefix, buffer => CheckpointTensors.Read(file, spec, layout, buffer.Prefix, buffer.Count));
        return new Checkpoint(header, layout, flat[""], flat["average/"], flat.GetValueOrDefault("lagged/"),
            flat.GetValueOrDefault("optimizer/m/"), flat.GetValueOrDefault("optimizer/v/"));
    }

    /// <summary>An untrained checkpoint.</summary>
    /// <exception cref="ActionableException">Network, settings and camera do not fit each other.</exception>
    public static Checkpoint Create(Device device, CheckpointHeader header)
    {
        header.Checked(header.Network.Name);
        using var arena = new Arena(device);
        var layout = new ParameterLayout(header.Network);
        var set = new ParameterSet(arena, layout);
        set.Initialise(header.Network.InitialDeviation, header.Settings.Seed);
        var values = new float[layout.Count];
        device.Download<float>(set.All, values);
        return new Checkpoint(header with { Step = 0 }, layout, values, [.. values],
            header.Settings.TargetNetworks == 2 ? [.. values] : null, null, null);
    }
}
