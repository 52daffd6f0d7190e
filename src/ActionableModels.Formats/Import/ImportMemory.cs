using System.Globalization;

namespace ActionableModels.Formats.Import;

/// <summary>
/// The shares of --memory: a quarter for records as they were read, a half for images (decoded, and those of the shard that gathers), a
/// quarter for what has been given back and not yet collected. The shares are fixed, so that what fits does not depend on threads.
/// </summary>
internal sealed class ImportMemory(long bytes, long shardBytes)
{
    private const int MostShards = 10_000;

    private long freed;

    /// <summary>All of it.</summary>
    public long Bytes => bytes;
    /// <summary>Bytes of records in flight.</summary>
    public long Records => bytes / 4;
    /// <summary>Bytes of images.</summary>
    public long Images => ImagesOf(bytes);
    /// <summary>Most bytes of one episode's images: beside them a shard gathers, which may lack but one byte.</summary>
    public long LargestEpisode => Images - shardBytes;

    /// <summary>The images' share of some memory.</summary>
    public static long ImagesOf(long bytes) => bytes / 2;

    /// <summary>
    /// Bytes of images in a shard where nobody says: 64 MiB, and more for sources that would make above ten thousand shards, each of which is
    /// a file that a reader maps.
    /// </summary>
    /// <param name="memory">--memory.</param>
    /// <param name="imageBytes">Bytes of all images, roughly.</param>
    public static long ShardBytesFor(long memory, double imageBytes) => Math.Max(ImportOptions.DefaultShardBytes,
        (long)Math.Min(ImagesOf(memory) / 2, imageBytes / MostShards) >> 20 << 20);

    /// <summary>The setting under which an episode's images fit.</summary>
    public string SettingFor(long imageBytes) => Text(2 * (imageBytes + shardBytes));

    /// <summary>The setting under which a record fits.</summary>
    public static string SettingForRecord(long recordBytes) => Text(4 * recordBytes);

    /// <summary>Memory has been given back: when a quarter of all has gathered, the collector runs, which else would wait for much more.</summary>
    public void Freed(long count)
    {
        var sum = Interlocked.Add(ref freed, count);
        if (sum < bytes / 4 || Interlocked.CompareExchange(ref freed, 0, sum) != sum) return;
        GC.Collect(2, GCCollectionMode.Forced, blocking: true);
    }

    /// <summary>Bytes in whole MiB, rounded up, as the option takes them.</summary>
    public static string Text(long count) => string.Create(CultureInfo.InvariantCulture, $"{(count + (1 << 20) - 1) >> 20}M");
}
