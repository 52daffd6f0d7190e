using System.Globalization;
using ActionableModels.Compute;
using ActionableModels.Formats.Images;
using ActionableModels.Storage;

namespace ActionableModels.Formats.Import;

/// <summary>What an import does with a record that cannot be used.</summary>
public enum OnFault
{
    /// <summary>Leaves it out and says so in the report, up to <see cref="ImportOptions.MostSkipped"/>.</summary>
    Skip,
    /// <summary>Ends there.</summary>
    Fatal,
}

/// <summary>
/// How many episodes may be lost to faults: a number, or a share of those met so far, of which ten are always allowed. Where nobody can know how many
/// a fault takes away, only 100 % allows it.
/// </summary>
/// <param name="Number">Number of episodes, or percent.</param>
/// <param name="Percent">Whether it is percent.</param>
public readonly record struct SkipLimit(double Number, bool Percent)
{
    private const int AlwaysAllowed = 10;

    /// <summary>Reads <c>50</c> or <c>1%</c>; null where it is neither.</summary>
    public static SkipLimit? Parse(string text)
    {
        var percent = text.EndsWith('%');
        return double.TryParse(percent ? text[..^1] : text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number) && (percent ? number <= 100 : number == Math.Floor(number)) ? new(number, percent) : null;
    }

    /// <summary>Whether so many are too many.</summary>
    /// <param name="lost">Episodes lost, as far as that is known.</param>
    /// <param name="met">Episodes imported and lost.</param>
    /// <param name="unknown">Faults that took away nobody knows how many.</param>
    public bool IsExceeded(long lost, long met, long unknown) => this is not { Percent: true, Number: 100 }
        && (unknown > 0 || lost > (Percent ? Math.Max(AlwaysAllowed, met * Number / 100) : Number));

    /// <summary>As it is written on a command line.</summary>
    public override string ToString() => Number.ToString(CultureInfo.InvariantCulture) + (Percent ? "%" : "");
}

/// <summary>How a dataset is imported.</summary>
/// <param name="Folder">Folder of the new dataset.</param>
public sealed record ImportOptions(string Folder)
{
    /// <summary>Of <see cref="Memory"/> and <see cref="ShardBytes"/>, where nothing else is said.</summary>
    public const long DefaultMemory = 1L << 30, DefaultShardBytes = 64L << 20;

    /// <summary>Height and width of the dataset's images; null: those of the crop, else the source's own.</summary>
    public (int Height, int Width)? ImageSize { get; init; }
    /// <summary>Height and width of what is cut from the source's images; null: as much as fits.</summary>
    public (int Height, int Width)? Crop { get; init; }
    /// <summary>Where it is cut.</summary>
    public CropPlace Place { get; init; }
    /// <summary>Seed of random places.</summary>
    public ulong Seed { get; init; }
    /// <summary>Whether only an index is written and the frames stay where they are.</summary>
    public bool InPlace { get; init; }
    /// <summary>Whether frames that stay where they are are decoded once, to prove that they can be.</summary>
    public bool CheckFrames { get; init; } = true;
    /// <summary>Whether to go on with an import that was broken off.</summary>
    public bool Resume { get; init; }
    /// <summary>Whether to replace a dataset that the folder holds.</summary>
    public bool Force { get; init; }
    /// <summary>What becomes of records that cannot be used.</summary>
    public OnFault OnFault { get; init; }
    /// <summary>How many episodes may be lost.</summary>
    public SkipLimit MostSkipped { get; init; } = new(1, Percent: true);
    /// <summary>Bytes that records, images and what is waiting to be written may take.</summary>
    public long Memory { get; init; } = DefaultMemory;
    /// <summary>Bytes of images in a shard; null: <see cref="DefaultShardBytes"/>, more for large sources.</summary>
    public long? ShardBytes { get; init; }
    /// <summary>Threads that map and decode; 0: one for each core.</summary>
    public int Threads { get; init; }
    /// <summary>Ends after this many episodes; null: imports all.</summary>
    public long? Episodes { get; init; }
    /// <summary>Whether to take the SHA-256 of the source's files.</summary>
    public bool Hashes { get; init; } = true;
    internal int EpisodesPerShard { get; init; } = 1000;
    internal Action<WritePoint, string>? Probe { get; init; }

    /// <summary>Demands options that go together.</summary>
    /// <exception cref="ActionableException">They do not.</exception>
    internal ImportOptions Checked()
    {
        if (ShardBytes > ImportMemory.ImagesOf(Memory) / 2)
            throw new ActionableException($"shards of {ShardBytes} bytes need at least --memory {ImportMemory.Text(4 * ShardBytes.Value)}, given are "
                + $"{ImportMemory.Text(Memory)}: give more memory or a smaller --shard-size");
        if (Resume && Force) throw new ActionableException("--resume goes on with a dataset and --force replaces it: give one of them");
        return this;
    }
}
