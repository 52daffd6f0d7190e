using System.IO.Compression;
using System.Runtime.InteropServices;
using ActionableModels.Actions;
using ActionableModels.Data;

namespace ActionableModels.Formats.Numpy;

/// <summary>Writes episodes of a store into one npz file, array by array: the store is gone through once for each.</summary>
internal sealed class OgBenchWriter(EpisodeStore store, int first, int end, OgBenchLayout layout, Action<long>? progress, CancellationToken cancellation)
{
    // The first that a ZIP archive can tell.
    private static readonly DateTimeOffset Time = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly long rows = Enumerable.Range(first, end - first).Sum(e => store.Steps(e) + (layout == OgBenchLayout.Regular ? 0L : 1));
    private readonly byte[] image = new byte[store.Header.ImageBytes];

    /// <summary>Writes the archive.</summary>
    public void Write(Stream stream)
    {
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        var regular = layout == OgBenchLayout.Regular;
        Images(archive, OgBenchFile.Observations, 0, progress);
        if (regular) Images(archive, OgBenchFile.NextPrefix + OgBenchFile.Observations, 1, null);
        Numbers(archive, OgBenchFile.Actions, ActionSpace.Dimensions, (e, t) => t < store.Steps(e) ? store.Action(e, t) : new float[ActionSpace.Dimensions]);
        Flags(archive, OgBenchFile.Terminals, (e, t) => t >= store.Steps(e) - (layout == OgBenchLayout.Stored ? 0 : 1));
        if (layout == OgBenchLayout.Compact) Flags(archive, OgBenchFile.Valids, (e, t) => t < store.Steps(e));
        for (var s = 0; s < ActionSpace.StateDimensions; s++)
        {
            var number = s;
            var name = DatasetHeader.StateNames[s];
            Numbers(archive, name, 1, (e, t) => store.State(store.FirstFrame(e) + t).Slice(number, 1));
            if (regular) Numbers(archive, OgBenchFile.NextPrefix + name, 1, (e, t) => store.State(store.FirstFrame(e) + t + 1).Slice(number, 1));
        }
        Flags(archive, "success", (e, _) => store.Success(e));
    }

    private delegate ReadOnlySpan<float> RowOf(int episode, int row);

    private void Images(ZipArchive archive, string name, int ahead, Action<long>? told)
    {
        using var stream = Begin(archive, name, NpyWriter.Header("|u1", rows, store.ImageHeight, store.ImageWidth, 3));
        Each((e, t) =>
        {
            store.ReadImage(store.FirstFrame(e) + t + ahead, image);
            stream.Write(image);
        }, told);
    }

    private void Flags(ZipArchive archive, string name, Func<int, int, bool> flag)
    {
        float[] no = [0], yes = [1];
        Numbers(archive, name, 1, (e, t) => flag(e, t) ? yes : no);
    }

    private void Numbers(ZipArchive archive, string name, int width, RowOf row)
    {
        using var stream = Begin(archive, name, width == 1 ? NpyWriter.Header("<f4", rows) : NpyWriter.Header("<f4", rows, width));
        using var buffered = new BufferedStream(stream, 1 << 16);
        Each((e, t) => buffered.Write(MemoryMarshal.AsBytes(row(e, t))), null);
    }

    private void Each(Action<int, int> write, Action<long>? told)
    {
        for (var e = first; e < end; e++)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = store.Steps(e) + (layout == OgBenchLayout.Regular ? 0 : 1);
            for (var t = 0; t < count; t++) write(e, t);
            told?.Invoke(e + 1);
        }
    }

    private static Stream Begin(ZipArchive archive, string name, byte[] header)
    {
        var entry = archive.CreateEntry(name + ".npy", CompressionLevel.Optimal);
        entry.LastWriteTime = Time;
        var stream = entry.Open();
        stream.Write(header);
        return stream;
    }
}
