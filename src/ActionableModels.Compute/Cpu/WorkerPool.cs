using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace ActionableModels.Compute.Cpu;

/// <summary>Work cut into numbered units that may run on any worker in any order.</summary>
internal interface IWork
{
    /// <summary>Runs one unit; <paramref name="worker"/> numbers the scratch memory it may use.</summary>
    void Run(int unit, int worker);
}

/// <summary>
/// A fixed set of threads. The caller is worker 0 and never waits for a sleeping thread to wake: a helper joins a job if it comes in
/// time. Which worker runs which unit is left open, so units must not depend on it for their results. One caller at a time.
/// </summary>
internal sealed unsafe class WorkerPool : IDisposable
{
    private const long Open = 1L << 16;
    private const long ActiveMask = Open - 1;
    private const int GenerationShift = 17;
    // Longer than the serial parts of a step, so that helpers are awake for the next operation.
    private static readonly long TicksBeforeSleep = Stopwatch.Frequency / 4000;

    private readonly Thread[] helpers;
    private readonly object gate = new();
    private delegate*<void*, int, int, void> invoke;
    private void* work;
    private int units;
    private int next;
    private long state;
    private int sleeping;
    private volatile bool stopped;
    private volatile Action? here, aside;
    private Exception? fault;
    private int prepared;

    public WorkerPool(int workers, params int[] cores) : this(workers, cores, 0) { }

    /// <param name="workers">Threads, the caller's among them.</param>
    /// <param name="cores">Processors of the helpers, in turn; none: the system chooses from those of the process, whatever those of the caller.</param>
    /// <param name="priority">SCHED_FIFO priority of the helpers; 0: the usual scheduling, whatever that of the caller.</param>
    /// <exception cref="ActionableException">The process may not use a core or the priority.</exception>
    public WorkerPool(int workers, int[] cores, int priority)
    {
        if (cores.Length > 0) Affinity.Check(cores);
        helpers = new Thread[workers - 1];
        for (var i = 0; i < helpers.Length; i++)
        {
            var worker = i + 1;
            helpers[i] = new Thread(() => Help(worker, cores, priority)) { IsBackground = true, Name = $"compute {worker}" };
            helpers[i].Start();
        }
        // Asleep: a caller of real time that waits awake on its core keeps helpers off it for ever.
        lock (gate)
            while (prepared < helpers.Length) Monitor.Wait(gate);
        if (fault is null) return;
        Dispose();
        ExceptionDispatchInfo.Throw(fault);
    }

    /// <summary>Threads for one piece of work; each of two that run at once has its own thread alone.</summary>
    public int Workers => here is null ? helpers.Length + 1 : 1;

    /// <summary>Runs all units and returns when every one is done.</summary>
    public void Run<T>(T item, int count) where T : unmanaged, IWork
    {
        if (Workers == 1 || count <= 1)
        {
            for (var i = 0; i < count; i++) item.Run(i, 0);
            return;
        }
        work = &item;
        invoke = &Invoke<T>;
        Start(count);
    }

    private void Start(int count)
    {
        units = count;
        next = 0;
        var generation = (state >> GenerationShift) + 1;
        Interlocked.Exchange(ref state, (generation << GenerationShift) | Open);
        if (Volatile.Read(ref sleeping) > 0) lock (gate) Monitor.PulseAll(gate);
        Drain(0);
        Interlocked.And(ref state, ~Open);
        var spin = new SpinWait();
        while ((Volatile.Read(ref state) & ActiveMask) != 0) spin.SpinOnce(-1);
    }

    /// <summary>
    /// Runs two pieces of work at once on two threads. Work that <paramref name="here"/> hands to this pool runs on its thread alone;
    /// <paramref name="aside"/> may not use this pool.
    /// </summary>
    public void RunBoth(Action here, Action aside)
    {
        (this.aside, this.here) = (aside, here);
        Start(2);
        (this.here, this.aside) = (null, null);
        if (fault is not { } thrown) return;
        fault = null;
        ExceptionDispatchInfo.Throw(thrown);
    }

    public void Dispose()
    {
        stopped = true;
        lock (gate) Monitor.PulseAll(gate);
        foreach (var helper in helpers) helper.Join();
    }

    private static void Invoke<T>(void* item, int unit, int worker) where T : unmanaged, IWork => ((T*)item)->Run(unit, worker);

    private void Drain(int worker)
    {
        int unit;
        while ((unit = Interlocked.Increment(ref next) - 1) < units)
            if (here is null) invoke(work, unit, worker);
            else RunOne(unit == 0 ? here : aside!);
    }

    private void RunOne(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref fault, e, null);
        }
    }

    private static void Prepare(int worker, int[] cores, int priority)
    {
        Affinity.Release();
        if (cores.Length > 0) Affinity.Pin(cores[(worker - 1) % cores.Length]);
        if (priority > 0) Affinity.Prioritise(priority);
    }

    private void Help(int worker, int[] cores, int priority)
    {
        RunOne(() => Prepare(worker, cores, priority));
        lock (gate)
        {
            prepared++;
            Monitor.PulseAll(gate);
        }
        var seen = 0L;
        while (!stopped)
        {
            var current = WaitForJob(seen);
            if (stopped) return;
            if ((current & Open) == 0)
            {
                seen = current >> GenerationShift;
                continue;
            }
            if (Interlocked.CompareExchange(ref state, current + 1, current) != current) continue;
            seen = current >> GenerationShift;
            Drain(worker);
            Interlocked.Decrement(ref state);
        }
    }

    private long WaitForJob(long seen)
    {
        var start = Stopwatch.GetTimestamp();
        do
        {
            var current = Volatile.Read(ref state);
            if (current >> GenerationShift != seen || stopped) return current;
            Thread.SpinWait(20);
        }
        while (Stopwatch.GetTimestamp() - start < TicksBeforeSleep);
        lock (gate)
        {
            Interlocked.Increment(ref sleeping);
            while (Volatile.Read(ref state) >> GenerationShift == seen && !stopped) Monitor.Wait(gate);
            Interlocked.Decrement(ref sleeping);
            return Volatile.Read(ref state);
        }
    }
}
