using ActionableModels.Compute;

namespace ActionableModels.Control;

/// <summary>What a controller decides on while it warms up: images of noise, so that no shortcut of a real one stays cold.</summary>
internal static class Rehearsal
{
    /// <summary>Most decisions: as many calls as the runtime waits for before it compiles a method anew.</summary>
    public const int Most = 40;
    /// <summary>A warm-up ends after this time and the fewest decisions.</summary>
    public const long LongestNs = 100_000_000;

    private const uint Stream = 0x434F4E54;

    /// <summary>An image of noise.</summary>
    public static byte[] Image(int bytes, ulong number)
    {
        var image = new byte[bytes];
        for (var i = 0; i < bytes; i++) image[i] = (byte)(Philox.Word(new RandomKey(0, Stream, number), (uint)i) >> 24);
        return image;
    }

    /// <summary>Does something until it is warm.</summary>
    /// <param name="decide">What to do; it is told how often it was done before.</param>
    /// <param name="least">How often at least, however long it takes.</param>
    /// <returns>Nanoseconds that the last time took.</returns>
    public static long Run(Action<int> decide, int least)
    {
        long start = MonotonicClock.Now, before, after = start;
        var times = 0;
        do
        {
            before = after;
            decide(times++);
            after = MonotonicClock.Now;
        }
        while (times < least || (times < Most && after - start < LongestNs));
        return after - before;
    }
}
