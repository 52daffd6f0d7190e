using ActionableModels.Checkpoints;
using ActionableModels.Data;

namespace ActionableModels.Learning;

/// <summary>How far and on how many threads batches are assembled ahead of training. Nothing that is learned depends on it.</summary>
/// <param name="Bytes">
/// Memory for batches: as many as fit are held, at least 2, since one is learned from while the other is filled, and no more than are of use.
/// </param>
/// <param name="Threads">Threads that assemble; 0: one where the dataset holds its images, one per core where they are decoded.</param>
public sealed record ReadAhead(long Bytes = ReadAhead.DefaultBytes, int Threads = 0)
{
    /// <summary>512 MiB.</summary>
    public const long DefaultBytes = 512L << 20;

    // Stored images are copied far faster than they are learned from; decoded ones take longest where a batch needs many.
    private const int MostStored = 3, MostDecoded = 16;
    // Enough that the last parts of a batch keep all threads busy.
    private const int PartsPerThread = 4;

    /// <summary>Threads for a dataset.</summary>
    internal int ThreadsFor(EpisodeStore store) => Threads > 0 ? Threads : store.Header.Frames is null ? 1 : Environment.ProcessorCount;

    /// <summary>Batches of so many bytes for a dataset.</summary>
    internal int BatchesFor(EpisodeStore store, long batchBytes) =>
        (int)Math.Clamp(Bytes / batchBytes, 2, store.Header.Frames is null ? MostStored : MostDecoded);

    /// <summary>Memory that the batches of a training take, which is more than <see cref="Bytes"/> where not even two fit in it.</summary>
    public long BytesFor(EpisodeStore store, TrainingSettings settings)
    {
        var batch = BatchBytes(store, settings);
        return BatchesFor(store, batch) * batch;
    }

    /// <summary>Memory of one batch.</summary>
    internal static long BatchBytes(EpisodeStore store, TrainingSettings settings) =>
        Batch.BytesOf(settings.Batch, store.ImageHeight, store.ImageWidth, GoalSamplers.CandidatesOf(settings.GoalSampler));

    /// <summary>Parts that a batch of so many rows is filled in.</summary>
    internal static int Parts(int threads, int rows) => threads == 1 ? 1 : Math.Min(rows, threads * PartsPerThread);
}
