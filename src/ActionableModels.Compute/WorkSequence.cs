namespace ActionableModels.Compute;

/// <summary>
/// Work that is done again and again: the same operations on the same tensors, with other scalars, keys and uploads. A device may record it
/// at the first run and launch the record as one unit afterwards (CUDA graphs). The work may upload, not download or synchronize, and issues
/// the same operations each time; what comes back is downloaded after <see cref="Run()"/>.
/// </summary>
public class WorkSequence(Action work) : IDisposable
{
    /// <summary>Does the work once.</summary>
    public void Run() => Run(null);

    /// <summary>Does the work once.</summary>
    /// <param name="before">
    /// What must be done before, but not before the uploads: it may download what the run before this one left, which a device waits for only
    /// here, with the next run already prepared. It must not change what the work reads on the host: on some devices that has been read already.
    /// </param>
    public virtual void Run(Action? before)
    {
        before?.Invoke();
        work();
    }

    /// <summary>Calls the work.</summary>
    private protected void Work() => work();

    /// <inheritdoc/>
    public virtual void Dispose() => GC.SuppressFinalize(this);
}
