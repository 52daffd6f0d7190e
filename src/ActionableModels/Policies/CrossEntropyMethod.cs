using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Networks;

namespace ActionableModels.Policies;

/// <summary>How the cross-entropy method searches (QT-Opt section 4.2: 2 iterations of 64 samples, 6 elites).</summary>
/// <param name="Iterations">Rounds of sampling.</param>
/// <param name="Samples">Samples per round.</param>
/// <param name="Elites">Samples that the next round is fitted to.</param>
public readonly record struct CemSettings(int Iterations = 2, int Samples = 64, int Elites = 6)
{
    /// <summary>QT-Opt's.</summary>
    public static CemSettings QtOpt => new(2, 64, 6);
}

/// <summary>
/// argmax_a Q(s, a, g) by the cross-entropy method: normal displacement and azimuth clipped to the bounds, discrete parts as Bernoulli,
/// refitted to the elites; the answer is the best sample of the last iteration. All B maps are searched together.
/// </summary>
public sealed class CrossEntropyMethod
{
    private readonly Device device;
    private readonly ActionBox box;
    private readonly CemSettings settings;
    private readonly InferenceHead head;
    private readonly Tensor mean, deviation, initialMean, initialDeviation, indices, values;

    /// <summary>Plans the search.</summary>
    public CrossEntropyMethod(Arena arena, NetworkSpec spec, FoldedNetwork network, ImagePart image, ActionBox box, CemSettings settings)
    {
        if (settings.Iterations < 1 || settings.Elites < 1 || settings.Samples < settings.Elites)
            throw new ArgumentOutOfRangeException(nameof(settings),
                $"{settings}: at least one iteration, and from one elite to all samples");
        (device, this.box, this.settings) = (arena.Device, box, settings);
        head = new InferenceHead(arena, spec, network, image, settings.Samples);
        var (pairs, d) = (head.Pairs, ActionSpace.Dimensions);
        (mean, deviation) = (arena.Allocate(Shape.Of(pairs, d)), arena.Allocate(Shape.Of(pairs, d)));
        (initialMean, initialDeviation) = (arena.Allocate(Shape.Of(pairs, d)), arena.Allocate(Shape.Of(pairs, d)));
        device.RepeatRow(box.InitialMean, initialMean);
        device.RepeatRow(box.InitialDeviation, initialDeviation);
        indices = arena.Allocate(Shape.Of(pairs), ElementType.Int32);
        BestActions = arena.Allocate(Shape.Of(pairs, d));
        BestLogits = arena.Allocate(Shape.Of(pairs));
        values = head.Outputs.Reshape(Shape.Of(pairs, settings.Samples));
    }

    /// <summary>The best action of each pair, [B, 7].</summary>
    public Tensor BestActions { get; }
    /// <summary>Its logit, [B].</summary>
    public Tensor BestLogits { get; }
    /// <summary>The robot's states [B, 2]; filled by the caller.</summary>
    public Tensor States => head.States;

    /// <summary>Searches; iteration i draws from counter key.Counter · iterations + i.</summary>
    public void Search(RandomKey key)
    {
        device.Copy(initialMean, mean);
        device.Copy(initialDeviation, deviation);
        for (var i = 0; i < settings.Iterations; i++)
        {
            device.CemSample(mean, deviation, box.Low, box.High, box.Binary,
                key with { Counter = key.Counter * (ulong)settings.Iterations + (ulong)i }, head.Actions);
            head.Forward();
            if (i < settings.Iterations - 1) device.CemRefit(values, head.Actions, settings.Elites, mean, deviation);
        }
        device.ArgMaxRows(values, indices, BestLogits);
        device.GatherRows(head.Actions, indices, BestActions);
    }
}
