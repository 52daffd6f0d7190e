using System.Runtime.ExceptionServices;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Formats.Sources;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Import;

/// <summary>One record on its way from the source to the dataset.</summary>
internal sealed class ImportSlot
{
    /// <summary>What the source gave.</summary>
    public SourceItem Item { get; init; }
    /// <summary>Bytes of the record.</summary>
    public long RecordBytes { get; init; }
    /// <summary>The number that the episode was decoded for.</summary>
    public long Number { get; init; }
    /// <summary>Bytes of its images.</summary>
    public long ImageBytes { get; set; }
    /// <summary>The episode, when it could be used.</summary>
    public ImportedEpisode? Imported { get; set; }
    /// <summary>Why it could not.</summary>
    public SourceException? Fault { get; set; }
    /// <summary>Whether it holds no step, which is no fault but nothing to learn from either.</summary>
    public bool Empty { get; set; }
    /// <summary>What ends the import.</summary>
    public ExceptionDispatchInfo? Fatal { get; set; }
    /// <summary>Whether the record's memory has been given back.</summary>
    public bool Disposed { get; set; }
    /// <summary>Whether the worker has done with it.</summary>
    public bool Done { get; set; }
}

/// <summary>
/// One thread reads, several map and decode, and the caller takes what they made in the order of the reading, so that the result does not
/// depend on their number. Nobody reads or decodes ahead of the memory there is: records wait for their share, and images for theirs in the
/// order of the reading, so that the one that all wait for never waits itself.
/// </summary>
internal sealed class ImportPipeline : IDisposable
{
    private readonly object gate = new();
    private readonly CancellationTokenSource stopping;
    private readonly CancellationTokenRegistration waking;
    private readonly IEpisodeSource source;
    private readonly ImportPlan plan;
    private readonly ImportMemory memory;
    private readonly SourceManifest manifest;
    private readonly EpisodeImport[] workers;
    private readonly Thread[] threads;
    private readonly ImportSlot?[] slots;
    private readonly long first;
    private long read, taken, turn, committed;
    private long recordBytes, largestRecord, imageBytes, shardBytes;
    private long episodes, failures;
    private bool readEnded, stopped;

    /// <summary>Starts reading.</summary>
    /// <param name="source">The source.</param>
    /// <param name="from">Where to begin.</param>
    /// <param name="first">Number of the first episode that is imported.</param>
    /// <param name="plan">How.</param>
    /// <param name="decoder">Makes a decoder.</param>
    /// <param name="threads">Threads that map and decode.</param>
    /// <param name="memory">The memory there is.</param>
    /// <param name="manifest">Is told how far the reading is.</param>
    /// <param name="cancellation">Ends it.</param>
    public ImportPipeline(IEpisodeSource source, SourcePosition from, long first, ImportPlan plan, Func<IImportDecoder> decoder, int threads,
        ImportMemory memory, SourceManifest manifest, CancellationToken cancellation)
    {
        (this.source, this.first, this.plan, this.memory, this.manifest) = (source, first, plan, memory, manifest);
        stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        waking = stopping.Token.Register(Stop);
        workers = [.. Enumerable.Range(0, threads + 1).Select(_ => new EpisodeImport(plan, decoder()))];
        slots = new ImportSlot?[4 * threads + 16];
        this.threads = [.. Enumerable.Range(0, threads).Select(t => Begin($"import {t}", () => Work(workers[t]))), Begin("import reader", () => Read(from))];
    }

    /// <summary>The next record in the order of the reading, mapped and decoded; null at the end.</summary>
    public ImportSlot? Next(CancellationToken cancellation)
    {
        lock (gate)
        {
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                if (committed < read && slots[committed % slots.Length] is { Done: true } slot) return slot;
                if (readEnded && committed == read) return null;
                Monitor.Wait(gate);
            }
        }
    }

    /// <summary>Decodes the images of what <see cref="Next"/> gave anew where the episode has another number than was thought.</summary>
    public void Renumber(ImportSlot slot, long number)
    {
        if (plan.NumberMatters && slot.Number != number) workers[^1].Repeat(slot.Item.Episode!, number, slot.Imported!);
    }

    /// <summary>What <see cref="Next"/> gave is done with; its images stay until <see cref="ShardWritten"/> where they were kept.</summary>
    public void Release(ImportSlot slot, bool keptImages)
    {
        if (plan.NumberMatters) Dispose(slot);
        lock (gate)
        {
            if (keptImages) shardBytes += slot.ImageBytes;
            else imageBytes -= slot.ImageBytes;
            slots[committed++ % slots.Length] = null;
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>The images that were kept are written.</summary>
    public void ShardWritten()
    {
        long freed;
        lock (gate)
        {
            freed = shardBytes;
            imageBytes -= freed;
            shardBytes = 0;
            Monitor.PulseAll(gate);
        }
        memory.Freed(freed);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        stopping.Cancel();
        foreach (var thread in threads) thread.Join();
        waking.Dispose();
        stopping.Dispose();
        foreach (var slot in slots)
            if (slot is { Disposed: false }) slot.Item.Episode?.Dispose();
        foreach (var worker in workers) worker.Dispose();
    }

    private static Thread Begin(string name, Action work)
    {
        var thread = new Thread(() => work()) { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }

    private void Stop()
    {
        lock (gate)
        {
            stopped = true;
            Monitor.PulseAll(gate);
        }
    }

    private void Read(SourcePosition from)
    {
        try
        {
            using var items = source.Read(from, stopping.Token).GetEnumerator();
            while (HasRoom() && items.MoveNext())
            {
                Add(items.Current);
                manifest.Follow(items.Current.Next);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
        catch (Exception fault)
        {
            Add(new ImportSlot { Fatal = ExceptionDispatchInfo.Capture(FileFault.Is(fault) ? FileFault.Reading(source.Folder, fault) : fault) });
        }
        lock (gate)
        {
            readEnded = true;
            Monitor.PulseAll(gate);
        }
    }

    // The next record is taken to be as long as the longest so far.
    private bool HasRoom()
    {
        lock (gate)
        {
            while (!stopped && (read - committed == slots.Length || (recordBytes > 0 && recordBytes + largestRecord > memory.Records)))
                Monitor.Wait(gate);
            return !stopped;
        }
    }

    private void Add(SourceItem item)
    {
        var bytes = item.Episode?.MemoryBytes ?? 0;
        // What failed before is known only in part by now: a number that proves wrong is put right when the episode is written.
        var number = first + episodes - Interlocked.Read(ref failures);
        if (item.Episode is not null) episodes++;
        var fatal = bytes <= memory.Records ? null : new SourceException(item.Episode!.File, item.Episode.Record, null, $"the record takes {bytes} bytes, and "
            + $"of --memory {ImportMemory.Text(memory.Bytes)} a quarter is for records: give at least --memory {ImportMemory.SettingForRecord(bytes)}");
        Add(new ImportSlot
        {
            Item = item, RecordBytes = bytes, Number = number, Fault = item.Fault,
            Fatal = fatal is null ? null : ExceptionDispatchInfo.Capture(fatal),
        });
    }

    private void Add(ImportSlot slot)
    {
        lock (gate)
        {
            while (!stopped && read - committed == slots.Length) Monitor.Wait(gate);
            if (stopped)
            {
                slot.Item.Episode?.Dispose();
                return;
            }
            slots[read++ % slots.Length] = slot;
            recordBytes += slot.RecordBytes;
            largestRecord = Math.Max(largestRecord, slot.RecordBytes);
            Monitor.PulseAll(gate);
        }
    }

    private void Work(EpisodeImport worker)
    {
        while (Take() is { } work)
        {
            var (slot, sequence) = work;
            var need = slot.Fault is null && slot.Fatal is null ? Attempt(slot, () => Need(slot)) : 0;
            if (!Grant(sequence, need)) return;
            if (slot.Fault is null && slot.Fatal is null)
                slot.ImageBytes = Attempt(slot, () =>
                {
                    slot.Imported = worker.Import(slot.Item.Episode!, slot.Number);
                    return need;
                });
            if (slot.Fault is not null && slot.Item.Episode is not null) Interlocked.Increment(ref failures);
            if (!plan.NumberMatters || slot.Imported is null) Dispose(slot);
            lock (gate)
            {
                imageBytes -= need - slot.ImageBytes;
                slot.Done = true;
                Monitor.PulseAll(gate);
            }
        }
    }

    private (ImportSlot Slot, long Sequence)? Take()
    {
        lock (gate)
        {
            while (!stopped && taken == read)
            {
                if (readEnded) return null;
                Monitor.Wait(gate);
            }
            return stopped ? null : (slots[taken % slots.Length]!, taken++);
        }
    }

    // Every record takes its turn here, in the order of the reading, also one that needs nothing.
    private bool Grant(long sequence, long need)
    {
        lock (gate)
        {
            while (!stopped && (turn != sequence || (imageBytes > 0 && imageBytes + need > memory.Images))) Monitor.Wait(gate);
            if (stopped) return false;
            turn++;
            imageBytes += need;
            Monitor.PulseAll(gate);
            return true;
        }
    }

    private long Need(ImportSlot slot)
    {
        var episode = slot.Item.Episode!;
        var steps = episode.Steps;
        if (steps < 1)
        {
            slot.Empty = true;
            throw episode.Bad(null, "it holds no step, and nothing can be learned from it");
        }
        var need = EpisodeImport.Need(plan, steps);
        if (need > Math.Min(memory.LargestEpisode, Array.MaxLength))
            slot.Fatal = ExceptionDispatchInfo.Capture(episode.Bad(null, $"its {steps + 1L} images take {need} bytes, and of "
                + $"--memory {ImportMemory.Text(memory.Bytes)} an episode may take {Math.Min(memory.LargestEpisode, Array.MaxLength)}: give at least "
                + $"--memory {memory.SettingFor(need)}, smaller images, or --in-place"));
        return slot.Fatal is null ? need : 0;
    }

    private static long Attempt(ImportSlot slot, Func<long> work)
    {
        try
        {
            return work();
        }
        catch (SourceException fault)
        {
            slot.Fault = fault;
        }
        catch (Exception fault)
        {
            slot.Fatal = ExceptionDispatchInfo.Capture(fault);
        }
        return 0;
    }

    private void Dispose(ImportSlot slot)
    {
        if (slot.Disposed) return;
        slot.Disposed = true;
        slot.Item.Episode?.Dispose();
        lock (gate)
        {
            recordBytes -= slot.RecordBytes;
            Monitor.PulseAll(gate);
        }
        memory.Freed(slot.RecordBytes);
    }
}
