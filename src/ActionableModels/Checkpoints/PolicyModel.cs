using ActionableModels.Networks;

namespace ActionableModels.Checkpoints;

/// <summary>What a policy needs of a checkpoint: the header and the averaged parameters θ̄₁.</summary>
public sealed class PolicyModel
{
    internal PolicyModel(CheckpointHeader header, ParameterLayout layout, float[] average) =>
        (Header, Layout, Average) = (header, layout, average);

    /// <summary>What it was trained as.</summary>
    public CheckpointHeader Header { get; }
    /// <summary>Where each parameter lies.</summary>
    public ParameterLayout Layout { get; }
    /// <summary>θ̄₁, the moving average.</summary>
    internal float[] Average { get; }

    /// <summary>Reads and checks the model of a checkpoint.</summary>
    /// <exception cref="ActionableModels.Compute.ActionableException">The file is missing, damaged, or not a checkpoint; the message says which.</exception>
    public static PolicyModel Read(string path) => Checkpoint.Read(path).Policy;
}
