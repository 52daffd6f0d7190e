namespace ActionableModels.Learning;

/// <summary>
/// What a training step computes between the batch and the optimizer: gradients of all parameters. In three parts, so that a device can
/// run the middle one as one unit of work.
/// </summary>
internal interface ILearner
{
    /// <summary>The host's work on a batch, which the calls that follow refer to.</summary>
    void Prepare(Batch batch, StepMetrics metrics);

    /// <summary>Fills the gradients: the same operations for every batch, nothing read back.</summary>
    void Compute();

    /// <summary>Reads back what the metrics want of the last batch that was computed; the next one may have been prepared.</summary>
    void Measure();
}
