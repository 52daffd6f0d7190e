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
    /// <summary>Longest flat buffer that is accepted, in elements (1 GiB of floats).</summary>
    private const long MostParameters = 1L << 28;

    /// <summary>A checkpoint of given buffers.</summary>
    internal Checkpoint(CheckpointHeader header, ParameterLayout layout, float[] values, float[] average, float[]? lagged, float[]? first, float[]? second) =>
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

    /// <summary>Writes the checkpoint; atomic and durable.</summary>
    /// <exception cref="ActionableException">The file cannot be written; an older file of that name is untouched.</exception>
    public void Write(string path)
    {
        var tensors = new List<SafetensorsTensor>();
        void Add(string prefix, float[]? flat)
        {
            if (flat is not null) tensors.AddRange(CheckpointTensors.Write(Header.Network, Layout, prefix, flat));
        }
        Add("", Values);
        Add("average/", Average);
        Add("lagged/", Lagged);
        Add("optimizer/m/", FirstMoment);
        Add("optimizer/v/", SecondMoment);
        SafetensorsWriter.Write(path, Header.ToMetadata(), tensors);
    }

    /// <summary>Reads and checks a checkpoint.</summary>
    /// <exception cref="ActionableException">The file is missing, damaged, or not a checkpoint; the message says which.</exception>
    public static Checkpoint Read(string path)
    {
        using var file = SafetensorsFile.Open(path);
        return Read(file);
    }

    /// <summary>Reads and checks a checkpoint from an open file.</summary>
    public static Checkpoint Read(SafetensorsFile file)
    {
        var header = CheckpointHeader.Read(file);
        var spec = header.Network;
        if (Elements(spec) > MostParameters) throw new ActionableException($"{file.Name}: the network has more than {MostParameters} parameters");
        var layout = new ParameterLayout(spec);
        var known = CheckpointTensors.Names(spec, layout).Select(t => t.Name).ToHashSet();
        string[] prefixes = ["", "average/", "lagged/", "optimizer/m/", "optimizer/v/"];
        foreach (var name in file.Entries.Keys)
            if (!prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal) && known.Contains(name[prefix.Length..])))
                throw new ActionableException($"{file.Name}: tensor '{FileFault.Show(name, 80)}' does not belong to network '{spec.Name}'; the file is of another specification");
        bool Has(string prefix) => file.Entries.Keys.Any(name => name.StartsWith(prefix, StringComparison.Ordinal));
        float[] Load(string prefix, long count)
        {
            var flat = new float[count];
            CheckpointTensors.Read(file, spec, layout, prefix, flat);
            return flat;
        }
        return new Checkpoint(header, layout, Load("", layout.Count), Load("average/", layout.Count),
            Has("lagged/") ? Load("lagged/", layout.Count) : null,
            Has("optimizer/m/") ? Load("optimizer/m/", layout.TrainedCount) : null,
            Has("optimizer/v/") ? Load("optimizer/v/", layout.TrainedCount) : null);
    }

    /// <summary>An untrained checkpoint.</summary>
    public static Checkpoint Create(Device device, CheckpointHeader header)
    {
        using var arena = new Arena(device);
        var layout = new ParameterLayout(header.Network);
        var set = new ParameterSet(arena, layout);
        set.Initialise(header.Network.InitialDeviation, header.Settings.Seed);
        var values = new float[layout.Count];
        device.Download<float>(set.All, values);
        return new Checkpoint(header with { Step = 0 }, layout, values, [.. values],
            header.Settings.TargetNetworks == 2 ? [.. values] : null, null, null);
    }

    private static long Elements(NetworkSpec spec)
    {
        long sum = 0;
        var shape = (Height: spec.ImageHeight, Width: spec.ImageWidth, Channels: spec.InputChannels);
        foreach (var layer in spec.Tower.Concat(spec.Head))
        {
            sum += layer.Kind switch
            {
                LayerKind.Conv => (long)layer.Channels * layer.Kernel * layer.Kernel * shape.Channels,
                LayerKind.Dense => (long)layer.Channels * shape.Height * shape.Width * shape.Channels,
                _ => 0,
            };
            if (sum > MostParameters) return sum;
            shape = layer.Output(shape);
        }
        return sum + (long)spec.ActionEmbedding * shape.Channels;
    }
}
