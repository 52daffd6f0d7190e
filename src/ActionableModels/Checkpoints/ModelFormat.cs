namespace ActionableModels.Checkpoints;

/// <summary>What a model file holds besides the parameters that decisions use.</summary>
public enum ModelFormat
{
    /// <summary>All that training goes on from: parameters, averages, optimizer moments.</summary>
    Checkpoint,
    /// <summary>The averaged parameters alone, under their plain names.</summary>
    Policy,
}
