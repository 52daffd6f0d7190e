using ActionableModels.Actions;
using ActionableModels.Compute;

namespace ActionableModels.Networks;

/// <summary>
/// Q-values (or action outputs) of A actions on each of B maps, the tower untouched. Rows run in chunks of whole pairs, or of parts of a
/// pair's actions, whose activations fit the caches: the memory is bounded at any A.
/// </summary>
public sealed class InferenceHead
{
    private const long ChunkElements = 1 << 20;

    // The weights of a row alone are kept as those of many: one action must get the bits that it gets among others.
    private const int FewestRows = 2;

    private readonly Device device;
    private readonly Tensor? firstWeight;
    private readonly ImagePart image;
    private readonly ActionInput actionInput;
    private readonly Tensor embedded, context;
    private readonly Tensor? actionPart, table;
    private readonly Chunk[] chunks;
    private readonly (Tensor Weight, Tensor Bias) embed, merge, output;
    private readonly Tensor? firstBias;

    /// <summary>The layers behind the sum for one number of rows.</summary>
    private sealed record Layers(Tensor First, InferenceStack Stack, Tensor Flat, Tensor OutputWeight);

    private readonly record struct Chunk(Tensor Image, Tensor Context, Tensor? ActionPart, Layers Layers, Tensor Output);

    /// <summary>Plans the head for <paramref name="actionsPerPair"/> actions on every pair of an image part.</summary>
    public InferenceHead(Arena arena, NetworkSpec spec, FoldedNetwork network, ImagePart image, int actionsPerPair)
    {
        (device, this.image, ActionsPerPair) = (arena.Device, image, actionsPerPair);
        var pairs = image.Output.Shape[0];
        var rows = checked(pairs * actionsPerPair);
        Pairs = pairs;
        var map = spec.Map;
        actionInput = new ActionInput(arena, spec);
        Actions = arena.Allocate(Shape.Of(rows, ActionSpace.Dimensions));
        States = arena.Allocate(Shape.Of(pairs, ActionSpace.StateDimensions));
        Encoded = arena.Allocate(Shape.Of(rows, actionInput.Width));
        embedded = arena.Allocate(Shape.Of(rows, spec.ActionEmbedding));
        context = arena.Allocate(Shape.Of(rows, map.Channels));
        Tensor Weight(Tensor weight, int count) => network.For(weight, Math.Max(count, FewestRows));
        (embed, merge, output) = (network["action/sum"], network["action/merge"],
            network[spec.Output == NetworkOutput.QValue ? "head/logit" : "head/action"]);
        (embed.Weight, merge.Weight) = (Weight(embed.Weight, rows), Weight(merge.Weight, rows));
        Outputs = arena.Allocate(Shape.Of(rows, spec.Outputs));

        var (height, width, channels) = (image.Output.Shape[1], image.Output.Shape[2], image.Output.Shape[3]);
        var widest = Math.Max((long)height * width * channels, LayerSpec.Widest(spec.Head, map));
        var most = (int)Math.Clamp(arena.Device.ChunkScale * ChunkElements / widest, 1, rows);
        // Parts of a pair's actions are as equal as can be.
        var parts = (actionsPerPair + most - 1) / most;
        var chunkRows = parts == 1 ? most / actionsPerPair * actionsPerPair : (actionsPerPair + parts - 1) / parts;
        firstBias = image.Split == HeadSplit.None ? null : network[image.Layer].Bias;
        actionPart = image.Split switch
        {
            HeadSplit.Dense => arena.Allocate(Shape.Of(rows, channels)),
            HeadSplit.BorderTable => arena.Allocate(Shape.Of(rows, 9, channels)),
            _ => null,
        };
        table = image.Split == HeadSplit.BorderTable ? actionPart : null;
        firstWeight = image.Split switch
        {
            HeadSplit.Dense => Weight(network.FirstHeadSum!, rows),
            HeadSplit.BorderTable => network[image.Layer].Weight,
            _ => null,
        };
        var split = image.Split != HeadSplit.None;
        var convs = spec.Tower.Count(layer => layer.Kind == LayerKind.Conv) + (image.Split == HeadSplit.BorderTable ? 1 : 0);
        var buffers = new ActivationBuffers(arena);
        var layers = spec.Head.AsMemory(split ? 1 : 0);
        var first = arena.Allocate(Shape.Of(chunkRows, height, width, channels));
        var lastShape = spec.Head.Aggregate(map, (shape, layer) => layer.Output(shape));
        var last = layers.IsEmpty ? first : arena.Allocate(Shape.Of(chunkRows, lastShape.Height, lastShape.Width, lastShape.Channels));
        var sizes = new Dictionary<int, Layers>();
        Layers LayersOf(int count)
        {
            if (sizes.TryGetValue(count, out var found)) return found;
            var conv = convs;
            var sum = first.Rows(0, count);
            var stack = new InferenceStack(network, buffers, "head", layers.Span, sum, ref conv, last.Rows(0, count),
                image.Split == HeadSplit.Dense ? 1 : 0, FewestRows);
            return sizes[count] = new(sum, stack, stack.Output.Reshape(Shape.Of(count, (int)stack.Output.Shape.RowCount)),
                Weight(output.Weight, count));
        }
        var spans = chunkRows >= actionsPerPair ? Chunks.Of(rows, chunkRows)
            : Enumerable.Range(0, pairs).SelectMany(pair => Chunks.Of(actionsPerPair, chunkRows)
                .Select(part => (Start: pair * actionsPerPair + part.Start, part.Count)));
        chunks = [.. spans.Select(span => new Chunk(
            image.Output.Rows(span.Start / actionsPerPair, Math.Max(1, span.Count / actionsPerPair)), context.Rows(span.Start, span.Count),
            actionPart?.Rows(span.Start, span.Count), LayersOf(span.Count), Outputs.Rows(span.Start, span.Count)))];
    }

    /// <summary>Pairs B.</summary>
    public int Pairs { get; }
    /// <summary>Actions A on each pair.</summary>
    public int ActionsPerPair { get; }
    /// <summary>Actions to evaluate, [B·A, 7]; filled by the caller.</summary>
    public Tensor Actions { get; }
    /// <summary>The robot's state with each image, [B, 2]; filled by the caller.</summary>
    public Tensor States { get; }
    /// <summary>
    /// The network's action input, [B·A, inputs]: written by <see cref="Forward"/>, read by <see cref="ForwardEncoded"/>.
    /// </summary>
    public Tensor Encoded { get; }
    /// <summary>Logits (or action outputs), [B·A, outputs].</summary>
    public Tensor Outputs { get; }

    /// <summary>Outputs for <see cref="Actions"/> and <see cref="States"/>; the image part must be fresh.</summary>
    public void Forward()
    {
        actionInput.Encode(Actions, States, Encoded);
        ForwardEncoded();
    }

    /// <summary>Outputs for rows of the network's action input in <see cref="Encoded"/>, already scaled.</summary>
    public void ForwardEncoded()
    {
        device.Dense(Encoded, embed.Weight, embed.Bias, embedded, relu: true);
        device.Dense(embedded, merge.Weight, merge.Bias, context, relu: true);
        if (image.Split == HeadSplit.Dense) device.Dense(context, firstWeight!, firstBias, actionPart!, relu: false);
        else if (table is not null) device.ContextTable(context, firstWeight!, table);
        foreach (ref readonly var chunk in chunks.AsSpan())
        {
            var layers = chunk.Layers;
            if (table is not null) layers.Stack.Forward(device, layers.First, chunk.Image, chunk.ActionPart!, firstBias);
            else
            {
                device.BroadcastAdd(chunk.Image, chunk.ActionPart ?? chunk.Context, layers.First, relu: image.Split == HeadSplit.Dense);
                layers.Stack.Forward(device);
            }
            device.Dense(layers.Flat, layers.OutputWeight, output.Bias, chunk.Output, relu: false);
        }
    }
}
