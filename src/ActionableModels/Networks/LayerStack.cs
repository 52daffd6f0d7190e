using ActionableModels.Compute;

namespace ActionableModels.Networks;

/// <summary>A planned sequence of layers in training form. Gradients flow through two buffers that all layers share in turn.</summary>
internal sealed class LayerStack
{
    private readonly LayerPlan[] layers;
    private readonly Tensor input;
    private readonly GradientBuffers buffers;

    public LayerStack(Arena arena, NetworkSpec spec, ParameterSet values, ParameterSet gradients, GradientBuffers buffers, string part,
        LayerSpec[] specs, Tensor input, ref int conv)
    {
        (this.input, this.buffers) = (input, buffers);
        var rows = input.Shape[0];
        var shape = (Height: input.Shape[1], Width: input.Shape[2], Channels: input.Shape[3]);
        var dense = 0;
        var x = input;
        layers = new LayerPlan[specs.Length];
        for (var i = 0; i < specs.Length; i++)
        {
            var output = specs[i].Output(shape);
            var y = Shape.Of(rows, output.Height, output.Width, output.Channels);
            layers[i] = specs[i].Kind switch
            {
                LayerKind.Pool => new PoolPlan(arena.Device, x, arena.Allocate(y), specs[i].Window),
                LayerKind.Conv => new AffinePlan(arena, spec, values, gradients, $"{part}/conv{++conv}", x, y, specs[i].Window, relu: true),
                _ => new AffinePlan(arena, spec, values, gradients, $"{part}/dense{++dense}",
                    x.Reshape(Shape.Of(rows, (int)x.Shape.RowCount)), Shape.Of(rows, output.Channels), null, relu: true),
            };
            x = layers[i].Output;
            buffers.Require(x.Count);
            shape = output;
        }
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
    public Tensor? Backward(Tensor gradient, bool wantInput)
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

/// <summary>Two buffers that gradients ping-pong between, as large as the largest gradient.</summary>
internal sealed class GradientBuffers(Arena arena)
{
    private readonly Dictionary<(int, Shape), Tensor> windows = [];
    private Tensor? first, second;
    private long count;

    /// <summary>Makes sure the buffers hold that many elements; all calls precede the first <see cref="Other"/>.</summary>
    public void Require(long elements) => count = Math.Max(count, elements);

    /// <summary>A window in the buffer that does not hold <paramref name="gradient"/>.</summary>
    public Tensor Other(Tensor? gradient, Shape shape)
    {
        first ??= arena.Allocate(Shape.Of(checked((int)count)));
        second ??= arena.Allocate(Shape.Of(checked((int)count)));
        var which = gradient is not null && gradient.Memory == first.Memory && gradient.Offset == first.Offset ? 1 : 0;
        if (windows.TryGetValue((which, shape), out var window)) return window;
        var buffer = which == 0 ? first : second;
        return windows[(which, shape)] = buffer.Rows(0, (int)shape.Count).Reshape(shape);
    }
}
