namespace ActionableModels.Control;

/// <summary>
/// Lets one thread in at a time and turns the others away at once. A count that is odd while a thread is inside tells others when one that was
/// inside has left: what it could still be using is free then (as in read-copy-update).
/// </summary>
internal sealed class EntryGuard
{
    private long epoch;

    /// <summary>Enters; false if a thread is inside. A full fence.</summary>
    public bool TryEnter()
    {
        var seen = Volatile.Read(ref epoch);
        return (seen & 1) == 0 && Interlocked.CompareExchange(ref epoch, seen + 1, seen) == seen;
    }

    /// <summary>Leaves.</summary>
    public void Leave() => Volatile.Write(ref epoch, epoch + 1);

    /// <summary>Returns once every thread that was inside at the call has left. Not for the thread inside.</summary>
    public void WaitUntilLeft()
    {
        Interlocked.MemoryBarrier();
        var seen = Volatile.Read(ref epoch);
        if ((seen & 1) == 0) return;
        var wait = new SpinWait();
        while (Volatile.Read(ref epoch) == seen) wait.SpinOnce();
    }
}
