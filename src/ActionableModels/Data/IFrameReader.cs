using ActionableModels.Compute;

namespace ActionableModels.Data;

/// <summary>Reads frames from the files that a dataset was indexed from. Any number of threads may read at once.</summary>
public interface IFrameReader : IDisposable
{
    /// <summary>Reads, checks and decodes one frame.</summary>
    /// <param name="frame">Where it lies.</param>
    /// <param name="episode">Its episode in the dataset, on which a randomly placed crop depends.</param>
    /// <param name="image">Receives H·W·3 bytes of the dataset's image size.</param>
    /// <exception cref="ActionableException">The file has changed or cannot be read, or the image cannot be decoded.</exception>
    void Read(in FrameReference frame, int episode, Span<byte> image);
}
