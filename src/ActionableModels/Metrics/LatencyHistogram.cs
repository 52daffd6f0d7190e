using System.Numerics;

namespace ActionableModels.Metrics;

/// <summary>
/// Where times in nanoseconds fall: 128 equal bins in each power of two, so that a quantile is right to 0.8 %, at a fixed size whatever
/// the number of times. The counts lie with the caller.
/// </summary>
public static class LatencyHistogram
{
    private const int SubBits = 7, Sub = 1 << SubBits, LongestBits = 36;

    /// <summary>Number of bins; the last one takes all that is longer than 68 seconds.</summary>
    public const int Bins = (LongestBits - SubBits + 1) * Sub;

    /// <summary>The bin of a time.</summary>
    public static int BinOf(long nanoseconds)
    {
        if (nanoseconds < Sub) return (int)Math.Max(0, nanoseconds);
        var power = BitOperations.Log2((ulong)nanoseconds);
        return power >= LongestBits ? Bins - 1 : (power - SubBits + 1) * Sub + (int)(nanoseconds >> (power - SubBits)) - Sub;
    }

    /// <summary>The longest time of a bin.</summary>
    public static long UpperEnd(int bin)
    {
        if (bin < Sub) return bin;
        var shift = bin / Sub - 1;
        return ((long)(bin % Sub + Sub + 1) << shift) - 1;
    }

    /// <summary>The time that a share of all counted ones took at most; 0 if there are none, the longest there is in the last bin, which has no end.</summary>
    public static long Quantile(ReadOnlySpan<long> counts, double share)
    {
        long total = 0;
        foreach (var count in counts) total += count;
        var rank = Math.Max(1, (long)Math.Ceiling(share * total));
        long below = 0;
        for (var bin = 0; bin < counts.Length; bin++)
            if ((below += counts[bin]) >= rank) return bin == Bins - 1 ? long.MaxValue : UpperEnd(bin);
        return 0;
    }
}
