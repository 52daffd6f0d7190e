using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ActionableModels.Metrics;

namespace ActionableModels.Control;

/// <summary>One publication of a controller: its newest decision and what it counted so far; see <see cref="ControlBlock"/>.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
public struct ControlRecord
{
    /// <summary>Which publication this is, from 0; <see cref="ControlBlock.Writing"/> while it is written.</summary>
    [FieldOffset(0)] public ulong Number;
    /// <summary>The decision; its <see cref="Control.Decision.FinishedNs"/> is 0 where there is none yet.</summary>
    [FieldOffset(8)] public Decision Decision;
    /// <summary>The counters without those that other threads count.</summary>
    [FieldOffset(88)] public ControlCounters Counters;
}

/// <summary>
/// What a controller publishes, outside the managed heap, so that a control thread reads it without waiting and without entering managed code.
/// The twin of src/ActionableModels.Native/control_block.h, which says how it is written and read.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 1280 + LatencyHistogram.Bins * sizeof(long))]
public unsafe struct ControlBlock
{
    /// <summary>Changes with the layout.</summary>
    public const uint CurrentLayout = 1;
    /// <summary>Records in turn: a reader of one is overtaken only when the writer has been through the others.</summary>
    public const int RecordCount = 4;
    /// <summary>The number of a record that is being written.</summary>
    public const ulong Writing = ulong.MaxValue;

    /// <summary><see cref="CurrentLayout"/>.</summary>
    [FieldOffset(0)] public uint Layout;
    /// <summary>Bytes of the block.</summary>
    [FieldOffset(4)] public uint Size;
    /// <summary>Oldest decision that is given out; <see cref="long.MaxValue"/> where there is no limit.</summary>
    [FieldOffset(8)] public long DeadlineNs;
    /// <summary>The hold action.</summary>
    [FieldOffset(16)] public ActionValues Hold;
    /// <summary>Number of the newest record.</summary>
    [FieldOffset(64)] public ulong Published;
    /// <summary>Reads of the newest decision that gave the hold action; counted by readers.</summary>
    [FieldOffset(128)] public ulong Watchdog;
    /// <summary>Models swapped in; counted by swapping threads.</summary>
    [FieldOffset(192)] public ulong Swaps;
    /// <summary>Models refused.</summary>
    [FieldOffset(200)] public ulong RejectedSwaps;
    /// <summary>Publications in turn.</summary>
    [FieldOffset(256)] public RecordRing Records;
    /// <summary>How many decisions took a time of each bin of <see cref="LatencyHistogram"/>.</summary>
    [FieldOffset(1280)] public fixed long Latency[LatencyHistogram.Bins];

    /// <summary>The records of a block.</summary>
    [InlineArray(RecordCount)]
    public struct RecordRing
    {
        private ControlRecord first;
    }
}
