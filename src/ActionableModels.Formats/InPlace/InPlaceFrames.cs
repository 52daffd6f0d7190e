using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Formats.Images;
using ActionableModels.Imaging;
using ActionableModels.Storage;

namespace ActionableModels.Formats.InPlace;

/// <summary>Reads the frames of a dataset that was imported with --in-place from the files that they lie in.</summary>
public sealed class InPlaceFrames : IFrameReader
{
    private readonly FrameFiles files;
    private readonly ExternalFrames frames;
    private readonly FrameGeometry geometry;
    private readonly RawImage? raw;
    private readonly Stack<Worker> idle = new();
    private bool disposed;

    private InPlaceFrames(ExternalFrames frames, FrameFiles files, FrameGeometry geometry, RawImage? raw) =>
        (this.frames, this.files, this.geometry, this.raw) = (frames, files, geometry, raw);

    /// <summary>Opens the reader of a dataset: what <see cref="EpisodeStore.Open"/> takes.</summary>
    /// <exception cref="ActionableException">A file is missing or of another length, or the decoding is not understood.</exception>
    public static InPlaceFrames Open(ExternalFrames frames, DatasetHeader header)
    {
        var (geometry, raw) = FrameDecoding.Read(frames.Decoding, frames.Folder);
        if ((geometry.Height, geometry.Width) != (header.ImageHeight, header.ImageWidth))
            throw new ActionableException($"{FileFault.Show(frames.Folder)}: its frames are decoded to {geometry.Height}x{geometry.Width} pixels (height "
                + $"x width), the dataset's images are {header.ImageHeight}x{header.ImageWidth}: import the data again");
        return new(frames, new FrameFiles(frames), geometry, raw);
    }

    /// <summary>What a dataset says of its decoding (<see cref="ExternalFrames.Decoding"/>).</summary>
    /// <param name="geometry">How images are cut and resized.</param>
    /// <param name="raw">Size of raw pixels; null for JPEG and PNG files.</param>
    /// <exception cref="ActionableException">The geometry is not valid.</exception>
    public static IReadOnlyDictionary<string, string> Decoding(FrameGeometry geometry, RawImage? raw) => FrameDecoding.Write(geometry, raw);

    /// <inheritdoc/>
    public void Read(in FrameReference frame, int episode, Span<byte> image)
    {
        Check(frame);
        var worker = Take();
        try
        {
            var bytes = Read(frame, worker);
            try
            {
                worker.Decoder.Decode(bytes, raw, episode, image);
            }
            catch (ActionableException fault)
            {
                throw new ActionableException($"{Where(frame)}: {fault.Message}", fault);
            }
        }
        finally
        {
            Return(worker);
        }
    }

    /// <summary>Reads every frame of a dataset and compares its CRC-32C; none is decoded.</summary>
    /// <param name="store">The dataset that this reads for.</param>
    /// <param name="progress">Told the frames done.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="ActionableException">A frame is not the one that was indexed, or cannot be read.</exception>
    public void Verify(EpisodeStore store, Action<long>? progress, CancellationToken cancellation)
    {
        var worker = Take();
        try
        {
            for (var frame = 0L; frame < store.FrameCount; frame++)
            {
                cancellation.ThrowIfCancellationRequested();
                var reference = store.Reference(frame);
                Check(reference);
                Read(reference, worker);
                progress?.Invoke(frame + 1);
            }
        }
        finally
        {
            Return(worker);
        }
    }

    private void Check(in FrameReference frame)
    {
        if ((uint)frame.File >= (uint)frames.Files.Count || frame.Offset < 0 || frame.Length < 0
            || frame.Offset > frames.Files[frame.File].Bytes - frame.Length)
            throw new ActionableException($"{FileFault.Show(frames.Folder)}: a frame of {frame.Length} bytes at byte {frame.Offset} of file {frame.File} "
                + "is in none of the files that were indexed: import the data again");
        if (frame.Length > Png.MaxFileBytes)
            throw new ActionableException($"{Where(frame)} has {frame.Length} bytes, an image has at most {Png.MaxFileBytes}: import the data again");
    }

    private ReadOnlySpan<byte> Read(in FrameReference frame, Worker worker)
    {
        var bytes = worker.Bytes(frame.Length);
        files.Read(frame.File, frame.Offset, bytes);
        return TfRecord.Crc32C(bytes) == frame.Crc32C ? bytes
            : throw new ActionableException($"{Where(frame)} is not the one that was indexed, its {frame.Length} bytes have another CRC-32C: bring that "
                + "file back, or import the data again");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (idle)
        {
            disposed = true;
            while (idle.TryPop(out var worker)) worker.Decoder.Dispose();
        }
        files.Dispose();
    }

    private string Where(in FrameReference frame) => $"{FileFault.Show(files.PathOf(frame.File))}: the frame at byte {frame.Offset}";

    private Worker Take()
    {
        lock (idle)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (idle.TryPop(out var worker)) return worker;
        }
        return new(new FrameDecoder(geometry, oneSize: false));
    }

    private void Return(Worker worker)
    {
        lock (idle)
            if (!disposed)
            {
                idle.Push(worker);
                return;
            }
        worker.Decoder.Dispose();
    }

    // One for each thread that reads at the moment.
    private sealed class Worker(FrameDecoder decoder)
    {
        private byte[] memory = [];

        public FrameDecoder Decoder => decoder;

        public Span<byte> Bytes(int length)
        {
            if (memory.Length < length) memory = new byte[length + length / 4];
            return memory.AsSpan(0, length);
        }
    }
}
