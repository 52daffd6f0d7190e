using ActionableModels.Compute;

namespace ActionableModels.Networks;

/// <summary>
/// A sequence of layers in folded form whose activations ping-pong between two buffers; the last output goes to memory of the caller's.
/// </summary>
internal sealed class InferenceStack
{
    private readonly record struct Step(LayerKind Kind, Tensor Input, Tensor? Weight, Tensor? Bias, Tensor Output, Window Window);
    private readonly Step[] steps;

    // Weights are kept as for at least the fewest rows.
    public InferenceStack(FoldedNetwork network, ActivationBuffers buffers, string part, ReadOnlySpan<LayerSpec> specs, Tensor input,
        ref int conv, Tensor last, int dense = 0, int fewest = 1)
    {
        var rows = input.Shape[0];
        var shape = (Height: input.Shape[1], Width: input.Shape[2], Channels: input.Shape[3]);
        var x = input;
        steps = new Step[specs.Length];
        for (var i = 0; i < specs.Length; i++)
        {
            var output = specs[i].Output(shape);
            var yShape = Shape.Of(rows, output.Height, output.Width, output.Channels);
            var y = i == specs.Length - 1 ? last.Reshape(yShape) : buffers.Next(x, yShape);
            var (weight, bias) = specs[i].Kind switch
            {
                LayerKind.Conv => network[$"{part}/conv{++conv}"],
                LayerKind.Dense => network[$"{part}/dense{++dense}"],
                _ => (null, (Tensor?)null),
            };
            var planned = Math.Max(rows, fewest);
            steps[i] = specs[i].Kind switch
            {
                LayerKind.Dense => new(LayerKind.Dense, x.Reshape(Shape.Of(rows, (int)x.Shape.RowCount)), network.For(weight!, planned),
                    bias, y.Reshape(Shape.Of(rows, output.Channels)), default),
                LayerKind.Conv => new(LayerKind.Conv, x, network.For(weight!, Shape.Of(planned, shape.Height, shape.Width, shape.Channels),
                    specs[i].Window), bias, y, specs[i].Window),
                _ => new(specs[i].Kind, x, null, null, y, specs[i].Window),
            };
            (x, shape) = (y, output);
        }
        Output = x;
    }

    public Tensor Output { get; }

    public void Forward(Device device) => Forward(device, steps);

    /// <summary>Forward from an input that is max(0, map + table + tableBias), which need not be in memory as a whole.</summary>
    public void Forward(Device device, Tensor input, Tensor map, Tensor table, Tensor? tableBias)
    {
        if (steps.Length > 0 && steps[0] is { Kind: LayerKind.Conv } first)
        {
            device.BorderTableConv2D(map, table, tableBias, first.Input, first.Weight!, first.Bias, first.Output, first.Window, relu: true);
            Forward(device, steps.AsSpan(1));
        }
        else
        {
            device.BorderTableAdd(map, table, tableBias, input, relu: true);
            Forward(device, steps);
        }
    }

    private static void Forward(Device device, ReadOnlySpan<Step> steps)
    {
        foreach (ref readonly var step in steps)
        {
            if (step.Kind == LayerKind.Conv) device.Conv2D(step.Input, step.Weight!, step.Bias, step.Output, step.Window, relu: true);
            else if (step.Kind == LayerKind.Pool) device.MaxPool(step.Input, step.Output, step.Window);
            else device.Dense(step.Input, step.Weight!, step.Bias, step.Output, relu: true);
        }
    }
}

/// <summary>Two growing scratch tensors for activations: the next layer writes to the one its input is not in.</summary>
internal sealed class ActivationBuffers(Arena arena)
{
    private readonly Tensor?[] buffers = new Tensor?[2];

    public Tensor Next(Tensor input, Shape shape)
    {
        var which = buffers[0] is { } first && first.Memory == input.Memory && first.Offset == input.Offset ? 1 : 0;
        if (buffers[which] is null || buffers[which]!.Count < shape.Count)
            buffers[which] = arena.Allocate(Shape.Of(checked((int)shape.Count)));
        return buffers[which]!.Rows(0, (int)shape.Count).Reshape(shape);
    }
}
