using System.Buffers.Binary;
using ActionableModels.Actions;
using ActionableModels.Data;
using ActionableModels.Formats.Images;
using ActionableModels.Formats.InPlace;
using ActionableModels.Storage;

namespace ActionableModels.FrameThroughput;

/// <summary>The frames of a TFRecord file: in memory, and as a dataset that leaves them there.</summary>
internal sealed class RecordFile
{
    private readonly string path;

    public RecordFile(string path)
    {
        this.path = path;
        Bytes = File.ReadAllBytes(path);
        var frames = new List<FrameReference>();
        for (var at = 0; at < Bytes.Length;)
        {
            var length = (int)BinaryPrimitives.ReadInt64LittleEndian(Bytes.AsSpan(at));
            frames.Add(new(0, at + 12, length, TfRecord.Crc32C(Bytes.AsSpan(at + 12, length))));
            at += 12 + length + 4;
        }
        Frames = [.. frames];
    }

    /// <summary>The whole file.</summary>
    public byte[] Bytes { get; }

    /// <summary>Its frames.</summary>
    public FrameReference[] Frames { get; }

    /// <summary>A frame's JPEG file.</summary>
    public ReadOnlySpan<byte> this[int frame] => Bytes.AsSpan((int)Frames[frame].Offset, Frames[frame].Length);

    /// <summary>The header of a dataset of it.</summary>
    public DatasetHeader Header(FrameGeometry geometry) => new("frames", geometry.Height, geometry.Width, ActionSpace.QtOpt, null, new(
        Path.GetDirectoryName(Path.GetFullPath(path))!, [new(Path.GetFileName(path), Bytes.Length)], InPlaceFrames.Decoding(geometry, null)));

    /// <summary>A dataset of it: episodes of seven steps.</summary>
    public EpisodeStore Open(string folder, FrameGeometry geometry)
    {
        const int steps = 7;
        using (var writer = EpisodeWriter.Open(folder, Header(geometry)))
        {
            for (var first = 0; first + steps < Frames.Length; first += steps + 1)
                writer.Add(new Episode([], new float[(steps + 1) * ActionSpace.StateDimensions], new float[steps * ActionSpace.Dimensions], true, "frames")
                {
                    Frames = Frames[first..(first + steps + 1)],
                });
            writer.Complete();
        }
        return EpisodeStore.Open(folder, frames: InPlaceFrames.Open);
    }
}
