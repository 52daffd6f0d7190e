using ActionableModels.Compute;

namespace ActionableModels.Control;

/// <summary>What a controller decides on while it warms up: images of noise, so that no shortcut of a real one stays cold.</summary>
internal static class Rehearsal
{
    /// <summary>Most decisions: as many calls as the runtime waits for before it compiles a method anew.</summary>
    public const int Most = 40;
    /// <summary>A warm-up ends after this time and the fewest decisions.</summary>
    public const long LongestNs = 100_000_000;

    /// <summary>How many images of noise there are.</summary>
    public const int Images = 3;

    private const int Pixel = 3;

    /// <summary>Noise for images of so many bytes.</summary>
    public static byte[] Noise(int imageBytes)
    {
        var noise = new byte[imageBytes + (Images - 1) * Pixel];
        for (var i = 0; i < noise.Length; i++) noise[i] = (byte)(Philox.Word(new RandomKey(0, Streams.Rehearsal, 0), (uint)i) >> 24);
        return noise;
    }

    /// <summary>An image of <see cref="Noise"/>, each a pixel further on.</summary>
    public static ReadOnlySpan<byte> Image(byte[] noise, int number) => noise.AsSpan(number * Pixel, noise.Length - (Images - 1) * Pixel);

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
