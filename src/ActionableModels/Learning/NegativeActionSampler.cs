using ActionableModels.Actions;
using ActionableModels.Compute;
using ActionableModels.Networks;

namespace ActionableModels.Learning;

/// <summary>
/// Negative actions (section 4.1, 5.1): uniform candidates, those near the recorded action dropped, K of the rest drawn by
/// exp(Q/temperature). Only the head runs for the candidates; the tower's map is the trained network's own.
/// </summary>
internal sealed class NegativeActionSampler
{
    private const int D = ActionSpace.Dimensions;
    private readonly Device device;
    private readonly TrainingSettings settings;
    private readonly ActionBox box;
    private readonly FoldedNetwork folded;
    private readonly ImagePart image;
    private readonly InferenceHead? head;
    private readonly Tensor candidates, values, mask, indices;
    private readonly Tensor? outputs;

    public NegativeActionSampler(Arena arena, NetworkSpec spec, TrainingSettings settings, ActionBox box, FoldedNetwork folded, Tensor map)
    {
        (device, this.settings, this.box, this.folded) = (arena.Device, settings, box, folded);
        var (batch, n) = (settings.Batch, settings.NegativeCandidates);
        image = new ImagePart(arena, spec, folded, map);
        if (settings.Negatives == NegativeSampling.ExpQ)
        {
            head = new InferenceHead(arena, spec, folded, image, n);
            outputs = head.Outputs.Reshape(Shape.Of(batch * n));
        }
        candidates = head?.Actions ?? arena.Allocate(Shape.Of(batch * n, D));
        values = arena.Allocate(Shape.Of(batch * n));
        mask = arena.Allocate(Shape.Of(batch * n));
        indices = arena.Allocate(Shape.Of(batch * settings.NegativeDraws), ElementType.Int32);
        Actions = arena.Allocate(Shape.Of(batch * settings.NegativeDraws, D));
        Weights = arena.Allocate(Shape.Of(batch * settings.NegativeDraws));
    }

    /// <summary>The negatives, [B·K, 7].</summary>
    public Tensor Actions { get; }
    /// <summary>Their weights, summing to 1 in each row that has any, [B·K].</summary>
    public Tensor Weights { get; }

    /// <summary>Draws the negatives for the recorded actions [B, 7] and states [B, 2] of a step.</summary>
    public void Draw(Tensor seen, Tensor states, long step)
    {
        device.SampleBox(box.Low, box.High, box.Binary, new RandomKey(settings.Seed, Streams.NegativeCandidates, (ulong)step), candidates);
        if (head is not null)
        {
            folded.Refresh();
            image.Refresh();
            device.Copy(states, head.States);
            head.Forward();
            device.Sigmoid(outputs!, values);
        }
        device.ExclusionMask(candidates, seen, box.Scale, box.Binary, settings.ExclusionDistance, mask);
        device.ResampleExp(values, mask, settings.NegativeCandidates, settings.NegativeDraws, settings.Temperature,
            new RandomKey(settings.Seed, Streams.NegativeDraws, (ulong)step), indices, Weights);
        device.GatherRows(candidates, indices, Actions);
    }
}
