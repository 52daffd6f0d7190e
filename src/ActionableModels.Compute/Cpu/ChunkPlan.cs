namespace ActionableModels.Compute.Cpu;

/// <summary>
/// Cuts a batch of maps into chunks small enough for the caches: several whole images, or a band of rows of one. Where chunks
/// are partial sums the cut must not depend on threads: leave the size at its default.
/// </summary>
internal readonly struct ChunkPlan
{
    private const int Pixels = 512;
    private readonly int images, rows, imagesPerChunk, bands;

    public ChunkPlan(int images, int rows, int columns, int wanted = Pixels)
    {
        this.images = images;
        this.rows = rows;
        var pixels = (long)rows * columns;
        imagesPerChunk = (int)Math.Clamp(wanted / Math.Max(pixels, 1), 1, Math.Max(images, 1));
        bands = pixels <= 2 * wanted ? 1 : (int)Math.Min(rows, (pixels + wanted - 1) / wanted);
        Count = bands > 1 ? images * bands : (images + imagesPerChunk - 1) / imagesPerChunk;
    }

    /// <summary>A plan with chunks enough to keep several workers busy.</summary>
    public static ChunkPlan For(int workers, int images, int rows, int columns) =>
        new(images, rows, columns, workers == 1 ? Pixels : (int)Math.Clamp((long)images * rows * columns / (4 * workers), 96, Pixels));

    public int Count { get; }

    /// <summary>The most images and rows that a chunk has.</summary>
    public (int Images, int Rows) Largest => (imagesPerChunk, (rows + bands - 1) / bands);

    /// <summary>The images and rows of one chunk.</summary>
    public (int Image, int Images, int Row, int Rows) this[int chunk]
    {
        get
        {
            if (bands == 1)
            {
                var first = chunk * imagesPerChunk;
                return (first, Math.Min(imagesPerChunk, images - first), 0, rows);
            }
            var band = chunk % bands;
            int begin = (int)((long)rows * band / bands), end = (int)((long)rows * (band + 1) / bands);
            return (chunk / bands, 1, begin, end - begin);
        }
    }
}
