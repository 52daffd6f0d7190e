using ActionableModels.Compute;

namespace ActionableModels.Networks;

/// <summary>
/// The image tower for decisions and labels: folded weights, two activation buffers, a few pairs at a time so that their size does not grow
/// with the batch.
/// </summary>
public sealed class InferenceTower
{
    private const long ChunkElements = 4 << 20;
    private readonly Device device;
    private readonly InferenceStack[] chunks;
    private readonly InferenceStack[] goalChunks = [];
    private readonly (Tensor Tower, Tensor GoalTower)? parts;
    private readonly FirstLayer? first;

    /// <summary>
    /// The first convolution of a stack of images: a part of the goal's channels alone, and their sum with the current image's.
    /// </summary>
    private sealed record FirstLayer(Tensor Current, Tensor Goal, Tensor CurrentWeight, Tensor GoalWeight, Tensor Bias, Tensor GoalPart,
        Tensor Sum, Window Window);

    /// <summary>Plans the tower of a network for the pairs of <paramref name="images"/>.</summary>
    public InferenceTower(Arena arena, NetworkSpec spec, FoldedNetwork network, ImageInput images)
    {
        device = arena.Device;
        var map = spec.Map;
        Map = arena.Allocate(Shape.Of(images.Batch, map.Height, map.Width, map.Channels));
        var buffers = new ActivationBuffers(arena);
        if (spec.GoalMerge == GoalMerge.Channels && !images.Apart)
        {
            chunks = [.. Stacks(arena, spec.Tower, network, buffers, "tower", images.Current, Map)];
            return;
        }
        if (spec.GoalMerge == GoalMerge.Channels)
        {
            var layer = spec.Tower[0];
            var output = layer.Output((spec.ImageHeight, spec.ImageWidth, 3));
            var shape = Shape.Of(images.Batch, output.Height, output.Width, output.Channels);
            var (current, goal) = network.Halves();
            first = new(images.Current, images.Goal, network.For(current, images.Current.Shape, layer.Window),
                network.For(goal, images.Goal.Shape, layer.Window), network["tower/conv1"].Bias, arena.Allocate(shape),
                spec.Tower.Length == 1 ? Map : arena.Allocate(shape), layer.Window);
            chunks = [.. Stacks(arena, spec.Tower[1..], network, buffers, "tower", first.Sum, Map, convs: 1)];
            return;
        }
        var part = Shape.Of(images.Batch, map.Height, map.Width, map.Channels / 2);
        var (tower, goalTower) = (arena.Allocate(part), arena.Allocate(part));
        parts = (tower, goalTower);
        chunks = [.. Stacks(arena, spec.Tower, network, buffers, "tower", images.Current, tower)];
        goalChunks = [.. Stacks(arena, spec.Tower, network, buffers, "goal_tower", images.Goal, goalTower)];
    }

    /// <summary>The map of every pair, [B, H, W, C].</summary>
    public Tensor Map { get; }

    /// <summary>Images to map, goal images included.</summary>
    public void Forward()
    {
        ForwardGoal();
        ForwardCurrent();
    }

    /// <summary>What depends on the goal images alone; nothing where they are stacked on the current ones.</summary>
    internal void ForwardGoal()
    {
        foreach (var chunk in goalChunks) chunk.Forward(device);
        if (first is not null) device.Conv2D(first.Goal, first.GoalWeight, first.Bias, first.GoalPart, first.Window, relu: false);
    }

    /// <summary>The map, from the current images and what <see cref="ForwardGoal"/> left.</summary>
    internal void ForwardCurrent()
    {
        if (first is not null) device.Conv2DAdd(first.Current, first.CurrentWeight, first.GoalPart, first.Sum, first.Window, relu: true);
        foreach (var chunk in chunks) chunk.Forward(device);
        if (parts is not var (tower, goalTower)) return;
        var channels = tower.Shape[3];
        device.CopyColumns(tower, 0, Map, 0, channels);
        device.CopyColumns(goalTower, 0, Map, channels, channels);
    }

    private static IEnumerable<InferenceStack> Stacks(Arena arena, LayerSpec[] layers, FoldedNetwork network, ActivationBuffers buffers,
        string part, Tensor images, Tensor map, int convs = 0)
    {
        if (layers.Length == 0) yield break;
        var widest = LayerSpec.Widest(layers, (images.Shape[1], images.Shape[2], images.Shape[3]));
        var pairs = (int)Math.Clamp(arena.Device.ChunkScale * ChunkElements / widest, 1, images.Shape[0]);
        foreach (var (start, count) in Chunks.Of(images.Shape[0], pairs))
        {
            var conv = convs;
            yield return new InferenceStack(network, buffers, part, layers, images.Rows(start, count), ref conv, map.Rows(start, count));
        }
    }
}
