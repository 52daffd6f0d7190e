using ActionableModels.Compute;
using ActionableModels.Data;
using ActionableModels.Formats.Images;

namespace ActionableModels.Formats.InPlace;

/// <summary>Reads the frames of a dataset that was imported with --in-place from the files that they lie in.</summary>
public sealed class InPlaceFrames : IFrameReader
{
    /// <summary>Opens the reader of a dataset: what <see cref="EpisodeStore.Open"/> takes.</summary>
    /// <exception cref="ActionableException">A file is missing or of another length, or the decoding is not understood.</exception>
    public static InPlaceFrames Open(ExternalFrames frames, DatasetHeader header) => throw new NotImplementedException();

    /// <summary>What a dataset says of its decoding (<see cref="ExternalFrames.Decoding"/>).</summary>
    /// <param name="geometry">How images are cut and resized.</param>
    /// <param name="raw">Size of raw pixels; null for JPEG and PNG files.</param>
    public static IReadOnlyDictionary<string, string> Decoding(FrameGeometry geometry, RawImage? raw) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Read(in FrameReference frame, int episode, Span<byte> image) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() { }
}
