using System.Globalization;
using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Simulation;

namespace ActionableModels.Cli;

/// <summary>Records a dataset: the same episodes in the same order for any number of threads.</summary>
internal sealed record Recording(TabletopOptions World, RecordingMix Mix, int Episodes, int Steps, ulong Seed)
{
    private const int Block = 64;

    /// <summary>What dataset.json says of how the dataset came to be.</summary>
    public DatasetHeader Header
    {
        get
        {
            var settings = new Dictionary<string, string>
            {
                ["camera"] = World.Camera,
                ["mix"] = Mix.Name,
                ["steps"] = Steps.ToString(CultureInfo.InvariantCulture),
                ["seed"] = Seed.ToString(CultureInfo.InvariantCulture),
            };
            if (World.Objects is { } objects) settings["objects"] = objects.ToString(CultureInfo.InvariantCulture);
            return new(World.Task, World.ImageHeight, World.ImageWidth, World.Actions, settings);
        }
    }

    /// <summary>Records into a folder; when it fails the folder is as it was.</summary>
    /// <exception cref="ActionableException">The folder holds a dataset already (or none to append to), or cannot be written.</exception>
    public void Write(Invocation call, string folder, bool append, int threads)
    {
        threads = Math.Min(threads == 0 ? Environment.ProcessorCount : threads, Block);
        var recorders = Enumerable.Range(0, threads).Select(_ => new EpisodeRecorder(World, Mix, Steps, Seed)).ToArray();
        using var rollback = new DatasetRollback(folder, append);
        using (var writer = EpisodeWriter.Open(folder, Header))
        {
            var first = writer.EpisodeCount;
            using var progress = call.Progress("recording", Episodes, "episodes");
            var block = new Episode[Block];
            for (var start = 0; start < Episodes; start += Block)
            {
                var count = Math.Min(Block, Episodes - start);
                // Which recorder makes an episode does not matter: an episode depends on the seed and its number alone.
                Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, t =>
                {
                    for (var e = t; e < count; e += threads) block[e] = recorders[t].Record((ulong)(first + start + e));
                });
                foreach (var episode in block.AsSpan(0, count)) writer.Add(episode);
                progress.Update(start + count);
                call.Cancellation.ThrowIfCancellationRequested();
            }
            writer.Complete();
            progress.Finish();
        }
        rollback.Keep();
    }
}
