using System.Numerics.Tensors;
using ActionableModels.Compute;
using ActionableModels.Networks;
using ActionableModels.Storage;

namespace ActionableModels.Checkpoints;

/// <summary>
/// What a policy needs of a checkpoint: the header and the averaged parameters θ̄₁. Read from a checkpoint or from a policy file, which holds
/// nothing else. Once read, it does not depend on the file any more.
/// </summary>
public sealed class PolicyModel
{
    // Weights of a model that is not needed any more: a loop that swaps models has no large objects to collect, for which all threads would stop.
    private static float[]? spare;

    internal PolicyModel(CheckpointHeader header, ParameterLayout layout, float[] average, ModelFormat format = ModelFormat.Checkpoint) =>
        (Header, Layout, Average, Format) = (header, layout, average, format);

    /// <summary>What it was trained as.</summary>
    public CheckpointHeader Header { get; }
    /// <summary>Where each parameter lies.</summary>
    public ParameterLayout Layout { get; }
    /// <summary>What the file was that it was read from.</summary>
    public ModelFormat Format { get; }
    /// <summary>θ̄₁, the moving average.</summary>
    internal float[] Average { get; private set; }

    /// <summary>
    /// Reads and checks the model of a checkpoint or policy file. Only what a policy needs is read, and only after all of the header has been
    /// checked; the memory taken is that of the parameters and of the header. Refused are headers of more than 2 MiB, more than 2²⁸ parameters
    /// (1 GiB), and networks that take too much to decide, whatever their weights (<see cref="NetworkSpec.Checked"/>).
    /// </summary>
    /// <exception cref="ActionableException">
    /// The file is missing, damaged, not a model, or was changed meanwhile; a parameter is not finite, or not after folding; the message says which.
    /// </exception>
    public static PolicyModel Read(string path) => Read(path, null);

    internal static PolicyModel Read(string path, Action<long>? probe)
    {
        using var file = SafetensorsReader.Open(path, CheckpointTensors.LongestHeader);
        file.Probe = probe;
        var model = Of(file);
        file.RequireUnchanged();
        return model;
    }

    /// <summary>The same from the bytes of a file, which are not needed afterwards.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="ActionableException">The bytes are damaged or not a model; the message says what is wrong.</exception>
    public static PolicyModel Parse(ReadOnlyMemory<byte> bytes, string name)
    {
        using var file = SafetensorsFile.Parse(bytes, name, CheckpointTensors.LongestHeader);
        return Of(file);
    }

    /// <summary>Gives the memory of the weights to the next model that is read. The model, which was read too, is not used any more.</summary>
    internal void Recycle()
    {
        Interlocked.Exchange(ref spare, Average);
        Average = [];
    }

    /// <summary>Writes a policy file; atomic and durable.</summary>
    /// <exception cref="ActionableException">
    /// A parameter is not finite, or the file cannot be written; an older file of that name is untouched.
    /// </exception>
    public void Write(string path)
    {
        if (!TensorPrimitives.IsFiniteAll<float>(Average))
            throw new ActionableException($"{FileFault.Show(path)}: not written, numbers of step {Header.Step} are not finite: the training diverged");
        FoldCheck.Require($"{FileFault.Show(path)}: not written", Header.Network, Layout, Average);
        SafetensorsWriter.Write(path, Header.ToMetadata(ModelFormat.Policy), [.. CheckpointTensors.Write(Header.Network, Layout, "", Average)]);
    }

    private static PolicyModel Of(SafetensorsSource file)
    {
        var header = CheckpointHeader.Read(file, out var format);
        var layout = new ParameterLayout(header.Network);
        CheckpointTensors.Require(file, header.Network, layout, format);
        var average = Interlocked.Exchange(ref spare, null);
        if (average?.Length != layout.Count) average = CheckpointTensors.Allocate(file, layout.Count);
        CheckpointTensors.Read(file, header.Network, layout, format == ModelFormat.Policy ? "" : "average/", average);
        FoldCheck.Require(file.Name, header.Network, layout, average);
        return new PolicyModel(header, layout, average, format);
    }
}
