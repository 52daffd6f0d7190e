using ActionableModels.Metrics;

namespace ActionableModels.Control;

/// <summary>Reads a <see cref="ControlBlock"/> from any thread by the rules of control_block.h: nothing here waits or allocates.</summary>
internal static unsafe class ControlReader
{
    /// <summary>The newest decision, or the hold action where there is none or it is too old.</summary>
    public static ControlStatus Newest(ControlBlock* block, Func<long> clock, out Decision decision)
    {
        Read(block, out var record);
        decision = record.Decision;
        if (decision.FinishedNs != 0 && clock() - decision.FinishedNs <= block->DeadlineNs) return decision.Status;
        Interlocked.Increment(ref block->Watchdog);
        decision.Action = block->Hold;
        (decision.Q, decision.Samples) = (-1, 0);
        (decision.Interventions, decision.Status) = (Interventions.Watchdog, ControlStatus.Held);
        return ControlStatus.Held;
    }

    /// <summary>The counters of all threads.</summary>
    public static ControlCounters Counters(ControlBlock* block)
    {
        Read(block, out var record);
        return record.Counters with
        {
            Watchdog = Volatile.Read(ref block->Watchdog), Swaps = Volatile.Read(ref block->Swaps), RejectedSwaps = Volatile.Read(ref block->RejectedSwaps),
        };
    }

    /// <summary>The time that a share of all decisions took at most; 0 if there are none.</summary>
    public static long Latency(ControlBlock* block, double share)
    {
        if (!(share >= 0 && share <= 1)) throw new ArgumentOutOfRangeException(nameof(share), share, "a share is from 0 to 1");
        Read(block, out var record);
        var longest = record.Counters.LongestNs;
        return Math.Min(longest, LatencyHistogram.Quantile(new ReadOnlySpan<long>(block->Latency, LatencyHistogram.Bins), share));
    }

    /// <summary>A whole record: the newest, or one just before it.</summary>
    public static void Read(ControlBlock* block, out ControlRecord read)
    {
        while (true)
        {
            var number = Volatile.Read(ref block->Published);
            var record = ControlWriter.Record(block, number);
            if (Volatile.Read(ref record->Number) != number) continue;
            read = *record;
            // What was read before this is not read again after it.
            Interlocked.MemoryBarrier();
            if (Volatile.Read(ref record->Number) == number) return;
        }
    }
}
