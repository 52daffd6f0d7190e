namespace ActionableModels.Compute;

/// <summary>
/// Work that is done again and again: the same operations on the same tensors, with other scalars, keys and uploads. A device may record it
/// at the first run and launch the record as one unit afterwards (CUDA graphs). The work may upload, not download or synchronize, and issues
/// the same operations each time; what comes back is downloaded after <see cref="Run"/>.
/// </summary>
public class WorkSequence(Action work) : IDisposable
{
    /// <summary>Does the work once.</summary>
    public virtual void Run() => work();

    /// <inheritdoc/>
    public virtual void Dispose() => GC.SuppressFinalize(this);
}
