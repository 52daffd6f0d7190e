using System.Runtime.ExceptionServices;

namespace ActionableModels.Learning;

/// <summary>Assembles the next batch on a thread of its own while the current one is learned from.</summary>
internal sealed class BatchPrefetcher : IDisposable
{
    private readonly Action<Batch, long> fill;
    private readonly Batch[] slots;
    private readonly Thread thread;
    private readonly object gate = new();
    private readonly long last;
    private long wanted, ready;
    private Exception? fault;
    private bool stopping;

    /// <summary>Starts to fill batches from <paramref name="first"/> up to <paramref name="last"/>, exclusive.</summary>
    public BatchPrefetcher(Batch[] slots, long first, long last, Action<Batch, long> fill)
    {
        (this.slots, this.fill, this.last) = (slots, fill, last);
        (wanted, ready) = (first, first);
        thread = new Thread(Run) { IsBackground = true, Name = "batch assembly" };
        thread.Start();
    }

    /// <summary>The batch of a step; steps are asked for in order, and the batch stays valid until the next call.</summary>
    public Batch Take(long step)
    {
        lock (gate)
        {
            wanted = step;
            Monitor.PulseAll(gate);
            while (ready <= step && fault is null) Monitor.Wait(gate);
            if (fault is not null) ExceptionDispatchInfo.Throw(fault);
            return slots[step % slots.Length];
        }
    }

    private void Run()
    {
        try
        {
            while (true)
            {
                long next;
                lock (gate)
                {
                    // The slot of `wanted` is in use; the others may be filled ahead.
                    while (!stopping && (ready >= last || ready >= wanted + slots.Length)) Monitor.Wait(gate);
                    if (stopping) return;
                    next = ready;
                }
                fill(slots[next % slots.Length], next);
                lock (gate)
                {
                    ready = next + 1;
                    Monitor.PulseAll(gate);
                }
            }
        }
        catch (Exception e)
        {
            lock (gate)
            {
                fault = e;
                Monitor.PulseAll(gate);
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
        thread.Join();
    }
}
