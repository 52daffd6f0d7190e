namespace ActionableModels.Imaging;

/// <summary>Working memory of the PNG decoder, kept from image to image.</summary>
internal sealed class PngScratch
{
    /// <summary>Compressed pixels of all data chunks.</summary>
    public MemoryStream Data { get; } = new();
    /// <summary>The row that is decoded, behind its filter's number.</summary>
    public byte[] Row = [];
    /// <summary>The row above it.</summary>
    public byte[] Above = [];
    /// <summary>Samples of a row of less than 8 bits each.</summary>
    public byte[] Samples = [];
    /// <summary>The decoded image, at least Height · Width · 3 bytes.</summary>
    public byte[] Pixels = [];

    /// <summary>Makes room for an image.</summary>
    public void Reserve(int rowBytes, int samples, int pixels)
    {
        if (Row.Length < rowBytes) (Row, Above) = (new byte[rowBytes], new byte[rowBytes]);
        if (Samples.Length < samples) Samples = new byte[samples];
        if (Pixels.Length < pixels) Pixels = new byte[pixels];
        Above.AsSpan(0, rowBytes).Clear();
    }
}
