using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ActionableModels.Compute.Cpu;
using ActionableModels.Metrics;

namespace ActionableModels.Control;

/// <summary>Owns a <see cref="ControlBlock"/> and writes it; one thread publishes at a time.</summary>
internal sealed unsafe class ControlWriter : IDisposable
{
    private readonly bool locked;
    private ControlBlock* block;

    public ControlWriter(ReadOnlySpan<float> hold, long deadlineNs, bool lockMemory)
    {
        block = (ControlBlock*)NativeMemory.AlignedAlloc((nuint)Bytes, (nuint)PageLock.PageBytes);
        new Span<byte>(block, Bytes).Clear();
        (block->Layout, block->Size, block->DeadlineNs) = (ControlBlock.CurrentLayout, (uint)sizeof(ControlBlock), deadlineNs);
        hold.CopyTo(block->Hold);
        locked = lockMemory && PageLock.TryLock(block, Bytes);
    }

    /// <summary>The block.</summary>
    /// <exception cref="ObjectDisposedException">It has been freed.</exception>
    public ControlBlock* Block => block is not null ? block : throw new ObjectDisposedException(nameof(PolicyController));

    // Whole pages, so that a lock is no other's.
    private static int Bytes => (sizeof(ControlBlock) + PageLock.PageBytes - 1) / PageLock.PageBytes * PageLock.PageBytes;

    /// <summary>Makes a decision and counters what readers see. The writer may stand still anywhere in here: readers do not wait for it.</summary>
    public void Publish(in Decision decision, in ControlCounters counters)
    {
        var number = block->Published + 1;
        var record = Record(block, number);
        record->Number = ControlBlock.Writing;
        Interlocked.MemoryBarrier();
        record->Decision = decision;
        record->Counters = counters;
        Volatile.Write(ref record->Number, number);
        Volatile.Write(ref block->Published, number);
    }

    /// <summary>Adds a decision's time to the histogram.</summary>
    public void Count(long nanoseconds)
    {
        ref var count = ref block->Latency[LatencyHistogram.BinOf(nanoseconds)];
        Volatile.Write(ref count, count + 1);
    }

    /// <summary>Counts a model that was swapped in.</summary>
    public void CountSwap() => Interlocked.Increment(ref block->Swaps);

    /// <summary>Counts a model that was refused.</summary>
    public void CountRejectedSwap() => Interlocked.Increment(ref block->RejectedSwaps);

    /// <summary>Forgets what was published and counted; no reader may know the block yet.</summary>
    public void Clear()
    {
        (block->Published, block->Watchdog, block->Swaps, block->RejectedSwaps) = (0, 0, 0, 0);
        block->Records = default;
        new Span<long>(block->Latency, LatencyHistogram.Bins).Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (block is null) return;
        if (locked) PageLock.Unlock(block, Bytes);
        NativeMemory.AlignedFree(block);
        block = null;
    }

    internal static ControlRecord* Record(ControlBlock* block, ulong number) =>
        (ControlRecord*)Unsafe.AsPointer(ref block->Records) + number % ControlBlock.RecordCount;
}
