namespace ActionableModels.Learning;

/// <summary>What a training step computes between the batch and the optimizer: gradients of all parameters.</summary>
internal interface ILearner
{
    /// <summary>Fills the gradients from a batch and adds to the metrics.</summary>
    void Learn(Batch batch, StepMetrics metrics);
}
