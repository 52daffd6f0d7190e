using ActionableModels.Actions;
using ActionableModels.Compute;

namespace ActionableModels.Policies;

/// <summary>
/// CEM against a clock: between parts it looks whether the next one, by what it usually takes beside the first one, still fits. Uncut it gives the answer of
/// <see cref="CrossEntropyMethod.Search"/>; cut, the best of all samples that were evaluated.
/// </summary>
internal sealed class BudgetedSearch : IDisposable
{
    /// <summary>Fewest samples of a part on a processor: fewer cost more time each.</summary>
    public const int SamplesOfPart = 16;

    private readonly Device device;
    private readonly CrossEntropyMethod cem;
    private readonly CemSettings settings;
    private readonly Func<long> clock;
    private readonly WorkSequence[] units;
    // Usual times, the first part's being 1: a machine that slows down slows all of them.
    private readonly double[] shares;
    private readonly float[] logit = new float[1], best = new float[ActionSpace.Dimensions];
    private RandomKey key;

    /// <summary>Plans a search.</summary>
    /// <param name="device">Where it computes.</param>
    /// <param name="cem">The samples and their parts.</param>
    /// <param name="settings">Those of <paramref name="cem"/>.</param>
    /// <param name="prepare">What comes before the first part, in one sequence with it: the tower.</param>
    /// <param name="clock">Nanoseconds.</param>
    public BudgetedSearch(Device device, CrossEntropyMethod cem, CemSettings settings, Action prepare, Func<long> clock)
    {
        (this.device, this.cem, this.settings, this.clock) = (device, cem, settings, clock);
        units = new WorkSequence[settings.Iterations * cem.Parts];
        shares = new double[units.Length];
        for (var u = 0; u < units.Length; u++)
        {
            var (unit, iteration, part) = (u, u / cem.Parts, u % cem.Parts);
            units[u] = device.Sequence(() =>
            {
                if (unit == 0) prepare();
                if (part == 0) cem.BeginIteration(key, iteration);
                cem.Evaluate(part);
                if (part == cem.Parts - 1) cem.TakeBest();
            });
        }
    }

    /// <summary>In how many parts a device evaluates the samples of an iteration: those with thousands of lanes gain nothing from small ones.</summary>
    public static int PartsOf(int samples, Device device) => Math.Max(1, samples / (SamplesOfPart * device.ChunkScale));

    /// <summary>Searches until a time.</summary>
    /// <param name="key">As for <see cref="CrossEntropyMethod.Search"/>.</param>
    /// <param name="end">When it should be over; the first part runs whatever the time.</param>
    /// <param name="action">Receives the answer.</param>
    /// <returns>Its logit, and how many samples were evaluated.</returns>
    public (float Logit, int Samples) Run(RandomKey key, long end, Span<float> action)
    {
        this.key = key;
        var (samples, bestLogit) = (0, float.NegativeInfinity);
        var (now, first) = (clock(), 0L);
        for (var u = 0; u < units.Length; u++)
        {
            if (u > 0 && now + shares[u] * first > end) return (Finish(u, bestLogit, action), samples);
            units[u].Run();
            device.Synchronize();
            var after = clock();
            if (u == 0) first = Math.Max(1, after - now);
            else Learn(ref shares[u], (double)(after - now) / first);
            now = after;
            samples += cem.SamplesOf(u % cem.Parts);
            if ((u + 1) % cem.Parts == 0 && u < units.Length - 1) bestLogit = Keep(bestLogit);
        }
        device.Download(cem.BestActions, action);
        device.Download<float>(cem.BestLogits, logit);
        return (logit[0], samples);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var unit in units) unit.Dispose();
    }

    // One part that was held up must not keep its like out of the searches to come, which would never measure it again.
    private static void Learn(ref double usual, double seen) =>
        usual = usual == 0 ? seen : usual + (Math.Clamp(seen, usual / 2, 2 * usual) - usual) / 8;

    /// <summary>The best of the iterations that are over and of the parts of this one.</summary>
    private float Finish(int unit, float bestLogit, Span<float> action)
    {
        if (unit % cem.Parts != 0)
        {
            cem.TakeBest();
            bestLogit = Keep(bestLogit);
        }
        best.CopyTo(action);
        return bestLogit;
    }

    private float Keep(float bestLogit)
    {
        device.Download<float>(cem.BestLogits, logit);
        if (logit[0] <= bestLogit) return bestLogit;
        device.Download<float>(cem.BestActions, best);
        return logit[0];
    }
}
