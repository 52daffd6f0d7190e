using System.Diagnostics;
using ActionableModels.Data;
using ActionableModels.Formats.Images;
using ActionableModels.Formats.InPlace;
using ActionableModels.Learning;
using ActionableModels.Networks;

namespace ActionableModels.FrameThroughput;

/// <summary>What is measured of ours, each in a process of its own.</summary>
internal static class Sides
{
    private const int Rows = 8;
    private static readonly FrameGeometry Camera = new(472, 472, 472, 472);

    /// <summary>Frames per second of a side, after a warm-up.</summary>
    public static FrameRate Measure(string side, string path, double seconds)
    {
        var file = new RecordFile(path);
        var image = new byte[Camera.Height * Camera.Width * 3];
        switch (side)
        {
            case "decode":
                using (var decoder = new FrameDecoder(Camera))
                    return Rate(seconds, file.Frames.Length, i => decoder.Decode(file[i], null, 0, image));
            case "read":
                using (var frames = InPlaceFrames.Open(file.Header(Camera).Frames!, file.Header(Camera)))
                    return Rate(seconds, file.Frames.Length, i => frames.Read(file.Frames[i], 0, image));
            case "batches-1":
                return Batches(file, 1, seconds);
            case "batches-2":
                return Batches(file, 2, seconds);
            default:
                throw new ArgumentException($"no side '{side}'", nameof(side));
        }
    }

    // What training does, but for learning: the main thread only takes the batches.
    private static FrameRate Batches(RecordFile file, int threads, double seconds)
    {
        var folder = Directory.CreateTempSubdirectory("actionable-frames-").FullName;
        try
        {
            using var store = file.Open(folder, Camera);
            var settings = new TrainingSettings { Batch = Rows };
            var spec = NetworkPresets.Get("qt-opt-472");
            var extractor = new ExampleExtractor(store, GoalSamplers.Create("uniform", store), 0.5f, 1);
            var slots = new Batch[8];
            for (var i = 0; i < slots.Length; i++) slots[i] = new(Rows, Camera.Height, Camera.Width);
            var parts = ReadAhead.Parts(threads, Rows);
            using var batches = new BatchPrefetcher(slots, 0, long.MaxValue, threads, parts,
                (batch, step, part) => batch.FillPart(step, part, parts, store, extractor), (batch, step) => batch.Finish(step, settings, spec));
            var step = 0L;
            return Rate(seconds, 1, _ => batches.Take(step++), Rows * 3);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static FrameRate Rate(double seconds, int count, Action<int> run, int frames = 1)
    {
        // Long enough for the just-in-time compiler, which shares the core.
        for (var warm = Stopwatch.StartNew(); warm.Elapsed.TotalSeconds < Math.Max(seconds / 2, 1.5);)
            for (var i = 0; i < count; i++) run(i);
        var (clock, work, done) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime, 0L);
        for (; clock.Elapsed.TotalSeconds < seconds; done += count)
            for (var i = 0; i < count; i++) run(i);
        return new(done * frames / clock.Elapsed.TotalSeconds, done * frames / (Environment.CpuUsage.TotalTime - work).TotalSeconds);
    }
}
