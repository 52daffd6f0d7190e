using System.Runtime.ExceptionServices;

namespace ActionableModels.Learning;

/// <summary>
/// Assembles the next batches on threads of its own while the current one is learned from. Threads take parts of batches in order, so that
/// all of them work whatever the number of batches; what a batch holds depends on its step alone. A fault is kept for the step that it belongs
/// to: all batches before are served, however far ahead it was met.
/// </summary>
internal sealed class BatchPrefetcher : IDisposable
{
    /// <summary>Fills one part of a step's batch; parts of one batch are filled on several threads at once.</summary>
    public delegate void Fill(Batch batch, long step, int part);

    private readonly Slot[] slots;
    private readonly Fill fill;
    private readonly Action<Batch, long> finish;
    private readonly Thread[] threads;
    private readonly object gate = new();
    private readonly long last;
    private readonly int parts;
    private long wanted, next;
    private int nextPart;
    private long failed = long.MaxValue;
    private bool stopping;

    /// <summary>Starts to fill batches from <paramref name="first"/> up to <paramref name="last"/>, exclusive.</summary>
    /// <param name="slots">Batches, at least 2: one is learned from, the others are filled.</param>
    /// <param name="first">First step.</param>
    /// <param name="last">Step behind the last.</param>
    /// <param name="threads">Threads that fill.</param>
    /// <param name="parts">Parts of a batch.</param>
    /// <param name="fill">Fills a part.</param>
    /// <param name="finish">Called once for each batch when all its parts are filled.</param>
    public BatchPrefetcher(Batch[] slots, long first, long last, int threads, int parts, Fill fill, Action<Batch, long> finish)
    {
        this.slots = [.. slots.Select(batch => new Slot(batch))];
        (this.fill, this.finish, this.last, this.parts) = (fill, finish, last, parts);
        (wanted, next) = (first, first);
        this.threads = [.. Enumerable.Range(1, threads).Select(i =>
            new Thread(Run) { IsBackground = true, Name = threads == 1 ? "batch assembly" : $"batch assembly {i}" })];
        foreach (var thread in this.threads) thread.Start();
    }

    /// <summary>
    /// The batch of a step; steps are asked for in order, and the batch stays valid until the next call. What could not be filled throws here,
    /// the fault of the lowest part first, and so does every later step.
    /// </summary>
    public Batch Take(long step)
    {
        lock (gate)
        {
            wanted = step;
            Monitor.PulseAll(gate);
            var slot = slots[step % slots.Length];
            while (slot.Ready != step && step <= failed) Monitor.Wait(gate);
            if (step > failed) slot = slots[failed % slots.Length];
            if (slot.Fault is not null) ExceptionDispatchInfo.Throw(slot.Fault);
            return slot.Batch;
        }
    }

    private void Run()
    {
        while (true)
        {
            Slot slot;
            long step;
            int part;
            lock (gate)
            {
                // The slot of `wanted` is in use; the others may be filled ahead. Behind a fault nothing is of use; before it, all is under way.
                while (!stopping && next <= failed && (next >= last || next >= wanted + slots.Length)) Monitor.Wait(gate);
                if (stopping || next > failed) return;
                (step, part) = (next, nextPart++);
                slot = slots[step % slots.Length];
                if (part == 0) slot.Missing = parts;
                if (nextPart == parts) (next, nextPart) = (next + 1, 0);
            }
            Try(slot, step, part);
            bool good;
            lock (gate)
            {
                if (--slot.Missing > 0) continue;
                good = slot.Fault is null;
            }
            if (good) Try(slot, step, parts);
            lock (gate)
            {
                slot.Ready = step;
                Monitor.PulseAll(gate);
            }
        }
    }

    // Parts are begun in order, so that those below one that fails are under way: the lowest of a step does not depend on timing.
    private void Try(Slot slot, long step, int part)
    {
        try
        {
            if (part < parts) fill(slot.Batch, step, part);
            else finish(slot.Batch, step);
        }
        catch (Exception fault)
        {
            lock (gate)
            {
                failed = Math.Min(failed, step);
                if (part < slot.FaultPart) (slot.Fault, slot.FaultPart) = (fault, part);
            }
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            stopping = true;
            Monitor.PulseAll(gate);
        }
        foreach (var thread in threads) thread.Join();
    }

    private sealed class Slot(Batch batch)
    {
        public Batch Batch => batch;
        public long Ready = -1;
        public int Missing;
        public Exception? Fault;
        public int FaultPart = int.MaxValue;
    }
}
