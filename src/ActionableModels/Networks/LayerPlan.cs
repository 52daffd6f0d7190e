using ActionableModels.Compute;

namespace ActionableModels.Networks;

/// <summary>One planned layer in training form: its tensors, forward and backward.</summary>
internal abstract class LayerPlan
{
    /// <summary>The layer's output.</summary>
    public abstract Tensor Output { get; }
    public abstract void Forward();
    /// <summary>
    /// Turns the gradient of the output (overwritten) into parameter gradients and, unless null, the gradient of the input.
    /// </summary>
    public abstract void Backward(Tensor outputGradient, Tensor? inputGradient);
}

internal sealed class PoolPlan(Device device, Tensor input, Tensor output, Window window) : LayerPlan
{
    public override Tensor Output => output;
    public override void Forward() => device.MaxPool(input, output, window);
    public override void Backward(Tensor outputGradient, Tensor? inputGradient)
    {
        if (inputGradient is not null) device.MaxPoolBackward(input, outputGradient, inputGradient, window);
    }
}

/// <summary>
/// Normalisation, ReLU and pooling of a convolution's output. What stands between them is as large as the map before the pool, so it is
/// not kept: a few images at a time, forward and again backward, to the same bits.
/// </summary>
internal sealed class NormPoolPlan : LayerPlan
{
    private const long ChunkElements = 4 << 20;
    private readonly Device device;
    private readonly Window window;
    private readonly NormPlan norm;
    private readonly (Tensor Input, Tensor Normalized, Tensor Output)[] chunks;
    private (Tensor Output, Tensor Input)[] parts = [];
    private Tensor? partsOfOutput, partsOfInput;

    public NormPoolPlan(Arena arena, NetworkSpec spec, ParameterSet values, ParameterSet gradients, string name, Tensor input, Shape output,
        Window window)
    {
        (device, this.window) = (arena.Device, window);
        Output = arena.Allocate(output);
        norm = new NormPlan(arena, spec, values, gradients, name, input, null, relu: true);
        var images = (int)Math.Clamp(arena.Device.ChunkScale * ChunkElements / input.Shape.RowCount, 1, input.Shape[0]);
        var normalized = arena.Allocate(input.Rows(0, images).Shape);
        chunks = [.. Chunks.Of(input.Shape[0], images).Select(c => (input.Rows(c.Start, c.Count), normalized.Rows(0, c.Count),
            Output.Rows(c.Start, c.Count)))];
    }

    public override Tensor Output { get; }

    public override void Forward()
    {
        norm.Forward();
        foreach (var (input, normalized, output) in chunks)
        {
            norm.Normalize(input, normalized);
            device.MaxPool(normalized, output, window);
        }
    }

    public override void Backward(Tensor outputGradient, Tensor? inputGradient)
    {
        // The same two tensors every step: the windows on their chunks are made once.
        if (outputGradient != partsOfOutput || inputGradient != partsOfInput)
        {
            (partsOfOutput, partsOfInput) = (outputGradient, inputGradient);
            parts = Parts(outputGradient, inputGradient!);
        }
        for (var i = 0; i < chunks.Length; i++)
        {
            norm.Normalize(chunks[i].Input, chunks[i].Normalized);
            device.MaxPoolBackward(chunks[i].Normalized, parts[i].Output, parts[i].Input, window);
        }
        norm.Backward(inputGradient!);
    }

    private (Tensor Output, Tensor Input)[] Parts(Tensor outputGradient, Tensor inputGradient) =>
        [.. Chunks.Of(Output.Shape[0], chunks[0].Input.Shape[0])
            .Select(c => (outputGradient.Rows(c.Start, c.Count), inputGradient.Rows(c.Start, c.Count)))];
}

/// <summary>Convolution or dense layer, then normalisation if the network has it, then ReLU unless it is the last.</summary>
internal sealed class AffinePlan : LayerPlan
{
    private readonly Device device;
    private readonly Tensor input, weight, weightGradient, beforeNorm;
    private readonly Tensor? bias, biasGradient;
    private readonly Window? window;
    private readonly bool relu;
    private readonly NormPlan? norm;

    public AffinePlan(Arena arena, NetworkSpec spec, ParameterSet values, ParameterSet gradients, string name, Tensor input, Shape output,
        Window? window, bool relu, Tensor? bias = null, Tensor? biasGradient = null, bool normLater = false)
    {
        (device, this.input, this.window, this.relu) = (arena.Device, input, window, relu);
        (weight, weightGradient) = (values[$"{name}/weight"], gradients[$"{name}/weight"]);
        this.bias = bias ?? values.Find($"{name}/bias");
        this.biasGradient = biasGradient ?? gradients.Find($"{name}/bias");
        Output = arena.Allocate(output);
        beforeNorm = Output;
        if (normLater || values.Find($"{name}/norm/shift") is null) return;
        beforeNorm = arena.Allocate(output);
        norm = new NormPlan(arena, spec, values, gradients, name, beforeNorm, Output, relu);
    }

    public override Tensor Output { get; }

    public override void Forward()
    {
        var reluHere = relu && norm is null;
        if (window is { } w) device.Conv2D(input, weight, bias, beforeNorm, w, reluHere);
        else device.Dense(input, weight, bias, beforeNorm, reluHere);
        norm?.Forward();
    }

    public override void Backward(Tensor outputGradient, Tensor? inputGradient)
    {
        if (norm is not null) norm.Backward(outputGradient);
        else if (relu) device.ReluBackward(Output, outputGradient, outputGradient);
        if (window is { } w)
        {
            device.Conv2DBackwardFilter(input, outputGradient, weightGradient, biasGradient, w);
            if (inputGradient is not null) device.Conv2DBackwardData(outputGradient, weight, inputGradient, w);
        }
        else
        {
            device.DenseBackwardFilter(input, outputGradient, weightGradient, biasGradient);
            if (inputGradient is not null) device.DenseBackwardData(outputGradient, weight, inputGradient);
        }
    }
}

/// <summary>Batch normalisation and ReLU behind a layer; without an output, the statistics alone.</summary>
internal sealed class NormPlan(Arena arena, NetworkSpec spec, ParameterSet values, ParameterSet gradients, string name, Tensor input,
    Tensor? output, bool relu)
{
    private readonly Device device = arena.Device;
    private readonly Tensor shift = values[$"{name}/norm/shift"], shiftGradient = gradients[$"{name}/norm/shift"];
    private readonly Tensor? scale = values.Find($"{name}/norm/scale"), scaleGradient = gradients.Find($"{name}/norm/scale");
    private readonly Tensor mean = values[$"{name}/norm/mean"], variance = values[$"{name}/norm/variance"];
    private readonly Tensor batchMean = arena.Allocate(values[$"{name}/norm/shift"].Shape),
        batchInverse = arena.Allocate(values[$"{name}/norm/shift"].Shape);

    public void Forward() => device.BatchNorm(input, scale, shift, mean, variance, spec.NormDecay, spec.NormEpsilon, relu, output,
        batchMean, batchInverse);

    /// <summary>The output of some images of the batch, after <see cref="Forward"/>.</summary>
    public void Normalize(Tensor images, Tensor normalized) => device.Normalize(images, scale, shift, batchMean, batchInverse, relu, normalized);

    public void Backward(Tensor gradient) =>
        device.BatchNormBackward(input, gradient, scale, shift, batchMean, batchInverse, relu, gradient, scaleGradient, shiftGradient);
}
