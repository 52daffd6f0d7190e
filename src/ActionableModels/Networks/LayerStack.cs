using ActionableModels.Compute;

namespace ActionableModels.Networks;

/// <summary>A planned sequence of layers in training form. Gradients flow through a buffer that all layers share.</summary>
internal sealed class LayerStack
{
    private readonly LayerPlan[] layers;
    private readonly Tensor input;
    private readonly GradientBuffers buffers;
    private readonly bool wantInput;

    public LayerStack(Arena arena, NetworkSpec spec, ParameterSet values, ParameterSet gradients, GradientBuffers buffers, string part,
        LayerSpec[] specs, Tensor input, ref int conv, bool wantInput)
    {
        (this.input, this.buffers, this.wantInput) = (input, buffers, wantInput);
        var rows = input.Shape[0];
        var shape = (Height: input.Shape[1], Width: input.Shape[2], Channels: input.Shape[3]);
        var dense = 0;
        var x = input;
        var plans = new List<LayerPlan>();
        string? normed = null;
        for (var i = 0; i < specs.Length; i++)
        {
            var output = specs[i].Output(shape);
            var y = Shape.Of(rows, output.Height, output.Width, output.Channels);
            var name = specs[i].Kind switch
            {
                LayerKind.Conv => $"{part}/conv{++conv}",
                LayerKind.Dense => $"{part}/dense{++dense}",
                _ => null,
            };
            var poolNext = specs[i].Kind == LayerKind.Conv && spec.Normalisation == Normalisation.Batch
                && i + 1 < specs.Length && specs[i + 1].Kind == LayerKind.Pool;
            LayerPlan plan = specs[i].Kind switch
            {
                LayerKind.Pool when normed is not null =>
                    new NormPoolPlan(arena, spec, values, gradients, normed, x, y, specs[i].Window),
                LayerKind.Pool => new PoolPlan(arena.Device, x, arena.Allocate(y), specs[i].Window),
                LayerKind.Conv => new AffinePlan(arena, spec, values, gradients, name!, x, y, specs[i].Window, relu: !poolNext,
                    normLater: poolNext),
                _ => new AffinePlan(arena, spec, values, gradients, name!,
                    x.Reshape(Shape.Of(rows, (int)x.Shape.RowCount)), Shape.Of(rows, output.Channels), null, relu: true),
            };
            normed = poolNext ? name : null;
            buffers.Require(plan.Output.Count, i > 0 || wantInput ? x.Count : 0);
            plans.Add(plan);
            x = plan.Output;
            shape = output;
        }
        layers = [.. plans];
        Output = x;
    }

    /// <summary>The last layer's output; the input itself if there is no layer.</summary>
    public Tensor Output { get; }

    public void Forward()
    {
        foreach (var layer in layers) layer.Forward();
    }

    /// <summary>
    /// Runs back from the gradient of the output, which is overwritten. Returns the gradient of the input, or null when it is not wanted.
    /// </summary>
    public Tensor? Backward(Tensor gradient)
    {
        for (var i = layers.Length - 1; i >= 0; i--)
        {
            var source = i == 0 ? input : layers[i - 1].Output;
            var next = i > 0 || wantInput ? buffers.Other(gradient, source.Shape) : null;
            layers[i].Backward(gradient, next);
            if (next is not null) gradient = next;
        }
        return wantInput ? gradient : null;
    }
}

/// <summary>
/// One block whose two ends gradients alternate between: as large as the largest two that follow each other, not twice the largest.
/// </summary>
internal sealed class GradientBuffers(Arena arena)
{
    private const long Alignment = 16;
    private readonly Dictionary<(bool, Shape), Tensor> windows = [];
    private Tensor? block;
    private long count;

    /// <summary>Makes room for a gradient and the one computed from it; all calls precede the first <see cref="Other"/>.</summary>
    public void Require(long elements, long next = 0) => count = Math.Max(count, Aligned(elements) + Aligned(next));

    /// <summary>A window at the end of the block that does not hold <paramref name="gradient"/>.</summary>
    public Tensor Other(Tensor? gradient, Shape shape)
    {
        block ??= arena.Allocate(Shape.Of(checked((int)count)));
        var high = gradient is not null && gradient.Memory == block.Memory && gradient.Offset == block.Offset;
        if (windows.TryGetValue((high, shape), out var window)) return window;
        var start = high ? count - Aligned(shape.Count) : 0;
        return windows[(high, shape)] = block.Rows((int)start, (int)shape.Count).Reshape(shape);
    }

    private static long Aligned(long elements) => (elements + Alignment - 1) / Alignment * Alignment;
}
