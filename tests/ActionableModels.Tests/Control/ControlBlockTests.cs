using System.Diagnostics;
using System.Runtime.InteropServices;
using ActionableModels.Actions;
using ActionableModels.Control;
using ActionableModels.Metrics;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Tests.Control;

/// <summary>What is published lies where C looks for it and is never read in pieces.</summary>
public sealed unsafe class ControlBlockTests
{
    /// <summary>Numbers of a record that all follow from its publication.</summary>
    private static Decision DecisionOf(ulong n)
    {
        var decision = new Decision
        {
            Q = n, Index = n, CapturedNs = (long)n + 1L, StartedNs = (long)n + 2L, FinishedNs = (long)n + 3L, Interventions = (Interventions)n, Samples = (int)n,
            Model = (uint)n, Status = (ControlStatus)n,
        };
        for (var d = 0; d < ActionSpace.Dimensions; d++) decision.Action[d] = (float)n + d;
        return decision;
    }

    private static ControlCounters CountersOf(ulong n)
    {
        var counters = default(ControlCounters);
        MemoryMarshal.Cast<ControlCounters, ulong>(new Span<ControlCounters>(ref counters)).Fill(n);
        return counters;
    }

    [Fact]
    public void Fields_lie_where_the_C_header_has_them()
    {
        ControlBlock block;
        ControlRecord record;
        byte* start = (byte*)&block, inRecord = (byte*)&record;
        string[] known =
        [
            $"CONTROL_BLOCK_LAYOUT {ControlBlock.CurrentLayout}u", $"CONTROL_RECORDS {ControlBlock.RecordCount}", $"CONTROL_LATENCY_BINS {LatencyHistogram.Bins}",
            $"sizeof(actionable_decision) == {sizeof(Decision)},", $"sizeof(actionable_counters) == {sizeof(ControlCounters)},",
            $"sizeof(control_record) == {sizeof(ControlRecord)},",
            $"offsetof(control_record, decision) == {(byte*)&record.Decision - inRecord} && offsetof(control_record, counters) == {(byte*)&record.Counters - inRecord},",
            $"offsetof(control_block, deadline_ns) == {(byte*)&block.DeadlineNs - start} && offsetof(control_block, hold) == {(byte*)&block.Hold - start},",
            $"offsetof(control_block, published) == {(byte*)&block.Published - start} && offsetof(control_block, watchdog) == {(byte*)&block.Watchdog - start},",
            $"offsetof(control_block, swaps) == {(byte*)&block.Swaps - start} && offsetof(control_block, rejected_swaps) == {(byte*)&block.RejectedSwaps - start},",
            $"offsetof(control_block, records) == {(byte*)&block.Records - start} && offsetof(control_block, latency) == {(byte*)block.Latency - start},",
            $"sizeof(control_block) == {sizeof(ControlBlock)},",
        ];
        var header = File.ReadAllText(Repository.File("src/ActionableModels.Native/control_block.h"));
        Assert.All(known, line => Assert.Contains(line, header));
    }

    [Fact]
    public void A_C_compiler_agrees_with_the_headers_numbers()
    {
        if (!Requirement.Program("/usr/bin/cc", nameof(A_C_compiler_agrees_with_the_headers_numbers))) return;
        var start = new ProcessStartInfo("/usr/bin/cc") { RedirectStandardError = true };
        foreach (var argument in (string[])["-std=c11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-x", "c", Repository.File("src/ActionableModels.Native/control_block.h")])
            start.ArgumentList.Add(argument);
        using var compiler = Process.Start(start)!;
        var errors = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        // The header is compiled as a file of its own, which the compiler remarks upon.
        Assert.True(compiler.ExitCode == 0 || errors.Contains("#pragma once in main file"), errors);
    }

    [Fact]
    public void Nothing_is_read_in_pieces_however_fast_it_is_written()
    {
        using var writer = new ControlWriter(new float[ActionSpace.Dimensions], long.MaxValue, lockMemory: false);
        // Kept apart: a pointer is no capture of a lambda.
        var address = (nint)writer.Block;
        var stop = false;
        var (torn, reads, fault) = (0L, 0L, (Exception?)null);
        void ReadAll()
        {
            try
            {
                var block = (ControlBlock*)address;
                var last = 0UL;
                while (!Volatile.Read(ref stop))
                {
                    ControlReader.Read(block, out var record);
                    var n = record.Number;
                    if (n < last) Interlocked.Increment(ref torn);
                    last = n;
                    var (decision, counters) = (n == 0 ? default : DecisionOf(n), CountersOf(n));
                    if (!Same(ref record.Decision, ref decision) || !Same(ref record.Counters, ref counters)) Interlocked.Increment(ref torn);
                    Interlocked.Increment(ref reads);
                }
            }
            catch (Exception thrown)
            {
                fault = thrown;
            }
        }
        var readers = Enumerable.Range(0, 3).Select(_ => new Thread(ReadAll)).ToArray();
        foreach (var reader in readers) reader.Start();
        var time = Stopwatch.StartNew();
        var published = 0UL;
        while (time.ElapsedMilliseconds < 1500)
            for (var burst = 0; burst < 1000; burst++)
                writer.Publish(DecisionOf(++published), CountersOf(published));
        Volatile.Write(ref stop, true);
        foreach (var reader in readers) reader.Join();
        Assert.Null(fault);
        Assert.Equal(0, torn);
        Assert.True(reads > 1000 && published > 1000, $"{reads} reads of {published} publications");
    }

    [Fact]
    public void A_writer_that_stands_still_while_publishing_keeps_no_reader_waiting()
    {
        using var writer = new ControlWriter(new float[ActionSpace.Dimensions], long.MaxValue, lockMemory: false);
        writer.Publish(DecisionOf(1), CountersOf(1));
        // As far as a writer gets that loses its core just after it began number 2.
        ControlWriter.Record(writer.Block, 2)->Number = ControlBlock.Writing;
        var number = 0UL;
        var address = (nint)writer.Block;
        var reader = new Thread(() =>
        {
            ControlReader.Read((ControlBlock*)address, out var record);
            number = record.Number;
        }) { IsBackground = true };
        reader.Start();
        Assert.True(reader.Join(5_000), "the reader waits for the writer");
        Assert.Equal(1UL, number);
    }

    [Fact]
    public void The_histogram_counts_every_time()
    {
        using var writer = new ControlWriter(new float[ActionSpace.Dimensions], long.MaxValue, lockMemory: true);
        Assert.Equal(0, ControlReader.Latency(writer.Block, 0.5));
        for (var i = 1; i <= 1000; i++) writer.Count(i * 1000);
        writer.Publish(default, new ControlCounters { Decisions = 1000, LongestNs = 1_000_000 });
        Assert.InRange(ControlReader.Latency(writer.Block, 0.5), 500_000, 505_000);
        Assert.InRange(ControlReader.Latency(writer.Block, 0.99), 990_000, 1_000_000);
        Assert.Equal(1_000_000, ControlReader.Latency(writer.Block, 1));
        Assert.InRange(ControlReader.Latency(writer.Block, 0), 1000, 1010);
        writer.CountSwap();
        writer.CountRejectedSwap();
        writer.CountRejectedSwap();
        var counters = ControlReader.Counters(writer.Block);
        Assert.Equal((1000UL, 1UL, 2UL), (counters.Decisions, counters.Swaps, counters.RejectedSwaps));
        writer.Clear();
        Assert.Equal(0, ControlReader.Latency(writer.Block, 1));
        Assert.Equal(0UL, ControlReader.Counters(writer.Block).Decisions);
    }

    private static bool Same<T>(ref T a, ref T b) where T : unmanaged =>
        MemoryMarshal.AsBytes(new ReadOnlySpan<T>(ref a)).SequenceEqual(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(ref b)));
}
