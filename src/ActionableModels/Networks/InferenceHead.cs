using ActionableModels.Actions;
using ActionableModels.Compute;

namespace ActionableModels.Networks;

/// <summary>
/// Q-values (or action outputs) of A actions on each of B maps, the tower untouched. Rows run in chunks of whole pairs, so that the
/// memory stays bounded at any A.
/// </summary>
public sealed class InferenceHead
{
    private const long ChunkElements = 24 << 20;
    private readonly Device device;
    private readonly FoldedNetwork network;
    private readonly ImagePart image;
    private readonly ActionInput actionInput;
    private readonly Tensor embedded, context;
    private readonly Tensor? actionPart, table;
    private readonly Tensor first, flat;
    private readonly InferenceStack stack;
    private readonly Chunk[] chunks;
    private readonly (Tensor Weight, Tensor Bias) embed, merge, output;
    private readonly Tensor? firstBias;

    private readonly record struct Chunk(Tensor Image, Tensor Context, Tensor? ActionPart, Tensor Output);

    /// <summary>Plans the head for <paramref name="actionsPerPair"/> actions on every pair of an image part.</summary>
    public InferenceHead(Arena arena, NetworkSpec spec, FoldedNetwork network, ImagePart image, int actionsPerPair)
    {
        (device, this.network, this.image, ActionsPerPair) = (arena.Device, network, image, actionsPerPair);
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
        (embed, merge, output) = (network["action/sum"], network["action/merge"],
            network[spec.Output == NetworkOutput.QValue ? "head/logit" : "head/action"]);
        Outputs = arena.Allocate(Shape.Of(rows, spec.Outputs));

        var (height, width, channels) = (image.Output.Shape[1], image.Output.Shape[2], image.Output.Shape[3]);
        var widest = spec.Head.Aggregate((Shape: map, Most: (long)map.Height * map.Width * map.Channels), (state, layer) =>
        {
            var shape = layer.Output(state.Shape);
            return (shape, Math.Max(state.Most, (long)shape.Height * shape.Width * shape.Channels));
        }).Most;
        var perChunk = Enumerable.Range(1, pairs)
            .Where(n => pairs % n == 0 && (n == 1 || (long)n * actionsPerPair * widest <= ChunkElements)).Max();
        var chunkRows = perChunk * actionsPerPair;

        first = arena.Allocate(Shape.Of(chunkRows, height, width, channels));
        firstBias = image.Split == HeadSplit.None ? null : network[image.Layer].Bias;
        actionPart = image.Split switch
        {
            HeadSplit.Dense => arena.Allocate(Shape.Of(rows, channels)),
            HeadSplit.BorderTable => arena.Allocate(Shape.Of(rows, 9, channels)),
            _ => null,
        };
        table = image.Split == HeadSplit.BorderTable ? actionPart : null;
        var split = image.Split != HeadSplit.None;
        var conv = spec.Tower.Count(layer => layer.Kind == LayerKind.Conv) + (image.Split == HeadSplit.BorderTable ? 1 : 0);
        stack = new InferenceStack(network, new ActivationBuffers(arena), "head", spec.Head.AsSpan(split ? 1 : 0), first, ref conv, arena,
            image.Split == HeadSplit.Dense ? 1 : 0);
        flat = stack.Output.Reshape(Shape.Of(chunkRows, (int)stack.Output.Shape.RowCount));
        chunks = [.. Enumerable.Range(0, pairs / perChunk).Select(c => new Chunk(
            image.Output.Rows(c * perChunk, perChunk), context.Rows(c * chunkRows, chunkRows),
            actionPart?.Rows(c * chunkRows, chunkRows), Outputs.Rows(c * chunkRows, chunkRows)))];
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
        if (image.Split == HeadSplit.Dense) device.Dense(context, network.FirstHeadSum!, firstBias, actionPart!, relu: false);
        else if (table is not null) device.ContextTable(context, network[image.Layer].Weight, table);
        foreach (ref readonly var chunk in chunks.AsSpan())
        {
            if (table is not null) device.BorderTableAdd(chunk.Image, chunk.ActionPart!, firstBias, first, relu: true);
            else device.BroadcastAdd(chunk.Image, chunk.ActionPart ?? chunk.Context, first, relu: image.Split == HeadSplit.Dense);
            stack.Forward(device);
            device.Dense(flat, output.Weight, output.Bias, chunk.Output, relu: false);
        }
    }
}
