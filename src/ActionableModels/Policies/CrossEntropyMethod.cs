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
/// refitted to the elites; the answer is the best sample of the last iteration. All B maps are searched together. The samples of an iteration may be
/// evaluated in parts, for a search that can stop between them.
/// </summary>
public sealed class CrossEntropyMethod
{
    private readonly Device device;
    private readonly ActionBox box;
    private readonly CemSettings settings;
    private readonly InferenceHead[] heads;
    private readonly Part[] parts;
    private readonly Tensor samples, values, mean, deviation, initialMean, initialDeviation, indices;

    private readonly record struct Part(InferenceHead Head, Tensor Samples, Tensor Values);

    /// <summary>Plans the search; in more than one part for a single map only.</summary>
    public CrossEntropyMethod(Arena arena, NetworkSpec spec, FoldedNetwork network, ImagePart image, ActionBox box, CemSettings settings,
        int parts = 1)
    {
        if (settings.Iterations < 1 || settings.Elites < 1 || settings.Samples < settings.Elites)
            throw new ArgumentOutOfRangeException(nameof(settings),
                $"{settings}: at least one iteration, and from one elite to all samples");
        var (pairs, d) = (image.Output.Shape[0], ActionSpace.Dimensions);
        if (parts < 1 || parts > settings.Samples || (parts > 1 && pairs > 1))
            throw new ArgumentOutOfRangeException(nameof(parts), $"{parts} parts of {settings.Samples} samples on {pairs} maps");
        (device, this.box, this.settings) = (arena.Device, box, settings);
        // Parts differ by one sample at most, so there are one or two sizes of them.
        var least = settings.Samples / parts;
        heads = [.. Enumerable.Range(least, settings.Samples % parts == 0 ? 1 : 2)
            .Select(size => new InferenceHead(arena, spec, network, image, size))];
        if (parts == 1)
        {
            (samples, var outputs) = (heads[0].Actions, heads[0].Outputs);
            values = outputs.Reshape(Shape.Of(pairs, settings.Samples));
            this.parts = [new(heads[0], samples, outputs)];
        }
        else
        {
            (samples, values) = (arena.Allocate(Shape.Of(settings.Samples, d)), arena.Allocate(Shape.Of(1, settings.Samples)));
            var column = values.Reshape(Shape.Of(settings.Samples, 1));
            this.parts = new Part[parts];
            for (int part = 0, first = 0; part < parts; part++)
            {
                var head = heads[part < settings.Samples % parts ? 1 : 0];
                this.parts[part] = new(head, samples.Rows(first, head.ActionsPerPair), column.Rows(first, head.ActionsPerPair));
                first += head.ActionsPerPair;
            }
        }
        (mean, deviation) = (arena.Allocate(Shape.Of(pairs, d)), arena.Allocate(Shape.Of(pairs, d)));
        (initialMean, initialDeviation) = (arena.Allocate(Shape.Of(pairs, d)), arena.Allocate(Shape.Of(pairs, d)));
        device.RepeatRow(box.InitialMean, initialMean);
        device.RepeatRow(box.InitialDeviation, initialDeviation);
        indices = arena.Allocate(Shape.Of(pairs), ElementType.Int32);
        BestActions = arena.Allocate(Shape.Of(pairs, d));
        BestLogits = arena.Allocate(Shape.Of(pairs));
    }

    /// <summary>The best action of each pair, [B, 7].</summary>
    public Tensor BestActions { get; }
    /// <summary>Its logit, [B].</summary>
    public Tensor BestLogits { get; }
    /// <summary>The robot's states [B, 2]; filled by the caller.</summary>
    public Tensor States => heads[0].States;
    /// <summary>A head that the search computes with, free for other rows between searches.</summary>
    internal InferenceHead Head => heads[0];
    /// <summary>In how many parts the samples of an iteration are evaluated.</summary>
    internal int Parts => parts.Length;
    /// <summary>Samples of a part.</summary>
    internal int SamplesOf(int part) => parts[part].Head.ActionsPerPair;

    /// <summary>Searches; iteration i draws from counter key.Counter · iterations + i.</summary>
    public void Search(RandomKey key)
    {
        for (var i = 0; i < settings.Iterations; i++)
        {
            BeginIteration(key, i);
            for (var part = 0; part < parts.Length; part++) Evaluate(part);
        }
        TakeBest();
    }

    /// <summary>Draws the samples of an iteration, from what the one before it left.</summary>
    internal void BeginIteration(RandomKey key, int iteration)
    {
        if (iteration > 0) device.CemRefit(values, samples, settings.Elites, mean, deviation);
        else
        {
            device.Copy(initialMean, mean);
            device.Copy(initialDeviation, deviation);
            for (var i = 1; i < heads.Length; i++) device.Copy(States, heads[i].States);
        }
        device.CemSample(mean, deviation, box.Low, box.High, box.Binary,
            key with { Counter = key.Counter * (ulong)settings.Iterations + (ulong)iteration }, samples);
        // What is not evaluated is never the best.
        if (parts.Length > 1) device.Fill(values, float.NegativeInfinity);
    }

    /// <summary>Values a part of the iteration's samples.</summary>
    internal void Evaluate(int part)
    {
        var (head, drawn, valued) = parts[part];
        if (parts.Length > 1) device.Copy(drawn, head.Actions);
        head.Forward();
        if (parts.Length > 1) device.Copy(head.Outputs, valued);
    }

    /// <summary>Finds the best of the samples of this iteration that were evaluated.</summary>
    internal void TakeBest()
    {
        device.ArgMaxRows(values, indices, BestLogits);
        device.GatherRows(samples, indices, BestActions);
    }
}
