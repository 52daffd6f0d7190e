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
    private readonly (Tensor Tower, Tensor GoalTower)? parts;

    /// <summary>Plans the tower of a network for the pairs of <paramref name="images"/>.</summary>
    public InferenceTower(Arena arena, NetworkSpec spec, FoldedNetwork network, ImageInput images)
    {
        device = arena.Device;
        var map = spec.Map;
        Map = arena.Allocate(Shape.Of(images.Batch, map.Height, map.Width, map.Channels));
        var buffers = new ActivationBuffers(arena);
        if (spec.GoalMerge == GoalMerge.Channels)
        {
            chunks = [.. Stacks(arena, spec, network, buffers, "tower", images.Current, Map)];
            return;
        }
        var part = Shape.Of(images.Batch, map.Height, map.Width, map.Channels / 2);
        var (tower, goalTower) = (arena.Allocate(part), arena.Allocate(part));
        parts = (tower, goalTower);
        chunks = [.. Stacks(arena, spec, network, buffers, "tower", images.Current, tower),
            .. Stacks(arena, spec, network, buffers, "goal_tower", images.Goal, goalTower)];
    }

    /// <summary>The map of every pair, [B, H, W, C].</summary>
    public Tensor Map { get; }

    /// <summary>Images to map.</summary>
    public void Forward()
    {
        foreach (var chunk in chunks) chunk.Forward(device);
        if (parts is not var (tower, goalTower)) return;
        var channels = tower.Shape[3];
        device.CopyColumns(tower, 0, Map, 0, channels);
        device.CopyColumns(goalTower, 0, Map, channels, channels);
    }

    private static IEnumerable<InferenceStack> Stacks(Arena arena, NetworkSpec spec, FoldedNetwork network, ActivationBuffers buffers,
        string part, Tensor images, Tensor map)
    {
        var widest = LayerSpec.Widest(spec.Tower, (images.Shape[1], images.Shape[2], images.Shape[3]));
        var pairs = (int)Math.Clamp(arena.Device.ChunkScale * ChunkElements / widest, 1, images.Shape[0]);
        foreach (var (start, count) in Chunks.Of(images.Shape[0], pairs))
        {
            var conv = 0;
            yield return new InferenceStack(network, buffers, part, spec.Tower, images.Rows(start, count), ref conv, map.Rows(start, count));
        }
    }
}
