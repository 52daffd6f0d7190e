using ActionableModels.Compute;

namespace ActionableModels.Networks;

/// <summary>The image tower for decisions and labels: folded weights, two activation buffers.</summary>
public sealed class InferenceTower
{
    private readonly Device device;
    private readonly InferenceStack tower;
    private readonly InferenceStack? goalTower;

    /// <summary>Plans the tower of a network for the pairs of <paramref name="images"/>.</summary>
    public InferenceTower(Arena arena, NetworkSpec spec, FoldedNetwork network, ImageInput images)
    {
        device = arena.Device;
        var buffers = new ActivationBuffers(arena);
        var conv = 0;
        tower = new InferenceStack(network, buffers, "tower", spec.Tower, images.Current, ref conv, arena);
        Map = tower.Output;
        if (spec.GoalMerge == GoalMerge.Channels) return;
        var goalConv = 0;
        goalTower = new InferenceStack(network, buffers, "goal_tower", spec.Tower, images.Goal, ref goalConv, arena);
        var map = spec.Map;
        Map = arena.Allocate(Shape.Of(images.Batch, map.Height, map.Width, map.Channels));
    }

    /// <summary>The map of every pair, [B, H, W, C].</summary>
    public Tensor Map { get; }

    /// <summary>Images to map.</summary>
    public void Forward()
    {
        tower.Forward(device);
        if (goalTower is null) return;
        goalTower.Forward(device);
        var channels = tower.Output.Shape[3];
        device.CopyColumns(tower.Output, 0, Map, 0, channels);
        device.CopyColumns(goalTower.Output, 0, Map, channels, channels);
    }
}
