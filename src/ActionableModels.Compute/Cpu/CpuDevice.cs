using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace ActionableModels.Compute.Cpu;

/// <summary>
/// The operation set on the processor. Every operation is finished when its method returns. Results are the same bits for any number of
/// threads. Operations allocate no managed memory; working memory grows to the largest operation seen. One caller at a time: a program that
/// computes on two threads of its own makes two devices (tensors may be shared by devices).
/// </summary>
public sealed unsafe partial class CpuDevice : Device
{
    private readonly WorkerPool pool;
    private readonly Engine engine;
    private readonly Scratch reductions = new(), tables = new();
    private readonly ConvolutionPath path;
    private CpuDevice? aside;

    /// <summary>Starts the device.</summary>
    /// <param name="threads">Threads that compute, the caller's among them; 0 means one per core.</param>
    /// <param name="level">Vector instructions of the convolutions and dense products.</param>
    /// <param name="path">Whether convolutions may use Winograd's form, which is faster and rounds differently.</param>
    /// <param name="cores">
    /// Processors that the device's own threads stay on, in turn; null or empty leaves them to the system. The calling thread is the caller's:
    /// see <see cref="Affinity.Pin"/>. With one thread the device has none of its own.
    /// </param>
    /// <param name="priority">SCHED_FIFO priority of the device's own threads, 1 to 99 (Linux); 0: the usual scheduling.</param>
    /// <exception cref="ActionableException">
    /// The level is not supported by this processor or is switched off, or the process may not use one of the cores or the priority.
    /// </exception>
    public CpuDevice(int threads = 0, SimdLevel level = SimdLevel.Auto, ConvolutionPath path = ConvolutionPath.Auto, int[]? cores = null,
        int priority = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, 1024);
        Level = level == SimdLevel.Auto ? Widest : level;
        if (!IsSupported(Level))
            throw new ActionableException(
                $"the cpu device cannot use {Level}: this processor or the runtime's settings lack it; use Auto ({Widest})");
        Threads = threads == 0 ? Environment.ProcessorCount : threads;
        pool = new WorkerPool(Threads, cores ?? [], priority);
        this.path = path;
        engine = Level switch
        {
            SimdLevel.Avx512 when Vector512.IsHardwareAccelerated => new Engine<Lanes512, Vector512<float>>(pool, path),
            SimdLevel.Avx2 => new Engine<Lanes256, Vector256<float>>(pool, path),
            SimdLevel.Vector128 => new Engine<Lanes128, Vector128<float>>(pool, path),
            _ => new Engine<LanesScalar, float>(pool, path),
        };
    }

    /// <summary>The widest supported level: what <see cref="SimdLevel.Auto"/> means here.</summary>
    public static SimdLevel Widest { get; } = Enum.GetValues<SimdLevel>().Where(level => level != SimdLevel.Auto).First(IsSupported);

    /// <summary>The vector instructions in use; never <see cref="SimdLevel.Auto"/>.</summary>
    public SimdLevel Level { get; }

    /// <summary>Threads that compute, the caller's among them.</summary>
    public int Threads { get; }

    /// <inheritdoc/>
    public override string Name => "cpu";

    /// <inheritdoc/>
    public override string Description =>
        $"{Processor.Name} with {Environment.ProcessorCount} cores, {Level}, {Threads} {(Threads == 1 ? "thread" : "threads")}";

    /// <summary>Whether a level can be asked for.</summary>
    public static bool IsSupported(SimdLevel level) => level switch
    {
        SimdLevel.Avx512 => Vector512.IsHardwareAccelerated && Avx512F.IsSupported,
        SimdLevel.Avx2 => Avx2.IsSupported && Fma.IsSupported,
        SimdLevel.Vector128 => Vector128.IsHardwareAccelerated && (Sse2.IsSupported || AdvSimd.IsSupported),
        _ => true,
    };

    /// <inheritdoc/>
    public override DeviceMemory Allocate(long bytes) => new CpuMemory(bytes);

    /// <inheritdoc/>
    public override void Upload<T>(ReadOnlySpan<T> source, Tensor destination)
    {
        Operands.Upload(source, destination);
        source.CopyTo(new Span<T>(Check.Bytes(destination), source.Length));
    }

    /// <inheritdoc/>
    public override void Download<T>(Tensor source, Span<T> destination)
    {
        Operands.Download(source, destination);
        new ReadOnlySpan<T>(Check.Bytes(source), destination.Length).CopyTo(destination);
    }

    /// <inheritdoc/>
    public override void Synchronize() { }

    /// <summary>
    /// With two threads, a device that takes one of them over while both run; with one there is none to spare, and more are better kept
    /// together.
    /// </summary>
    public override Device Aside => Threads == 2 ? aside ??= new CpuDevice(1, Level, path) : this;

    /// <inheritdoc/>
    public override void RunBoth(Action here, Action aside)
    {
        if (Threads == 2) pool.RunBoth(here, aside);
        else base.RunBoth(here, aside);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        pool.Dispose();
        aside?.Dispose();
        (engine as IDisposable)!.Dispose();
        reductions.Dispose();
        tables.Dispose();
    }

    /// <summary>Runs a loop over count elements in blocks; one block runs on the caller.</summary>
    private void ForBlocks<T>(T body, long count, long block) where T : unmanaged, IRange
    {
        if (count == 0) return;
        pool.Run(new RangeWork<T>(body, count, block), checked((int)((count + block - 1) / block)));
    }

    private struct RangeWork<T>(T body, long count, long block) : IWork where T : unmanaged, IRange
    {
        public void Run(int unit, int worker) => body.Run(unit * block, Math.Min(count, (unit + 1) * block));
    }
}

/// <summary>A loop body that may run over any part of its range.</summary>
internal interface IRange
{
    /// <summary>Does elements begin … end−1.</summary>
    void Run(long begin, long end);
}
