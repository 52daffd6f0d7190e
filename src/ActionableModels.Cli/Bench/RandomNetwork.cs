using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Learning;
using ActionableModels.Networks;

namespace ActionableModels.Cli.Bench;

/// <summary>
/// Networks of fixed random parameters. Weights have deviation √(2/fan-in), whatever the preset starts from, so that activations keep
/// their size from layer to layer; everything else is drawn around its initial value, so that a wrong one changes the outputs.
/// </summary>
internal static class RandomNetwork
{
    private const uint Stream = 0x42000010;
    private const float Spread = 0.1f;

    /// <summary>The flat parameters of a seed.</summary>
    public static float[] Parameters(Device device, ParameterLayout layout, ulong seed)
    {
        using var arena = new Arena(device);
        var set = new ParameterSet(arena, layout);
        set.Initialise(0, seed);
        var values = new float[layout.Count];
        device.Download<float>(set.All, values);
        foreach (var entry in layout.Entries.Where(entry => entry.Role != ParameterRole.Weight))
            for (var i = 0; i < entry.Shape.Count; i++)
            {
                var normal = Philox.Normal(new(seed, Stream, (ulong)entry.Offset), (uint)i);
                values[entry.Offset + i] += Spread * (entry.Role == ParameterRole.Variance ? MathF.Abs(normal) : normal);
            }
        return values;
    }

    /// <summary>Parameters on a device.</summary>
    public static ParameterSet Set(Arena arena, ParameterLayout layout, ulong seed)
    {
        var set = new ParameterSet(arena, layout);
        arena.Device.Upload<float>(Parameters(arena.Device, layout, seed), set.All);
        return set;
    }

    /// <summary>
    /// An untrained checkpoint, for a camera as large as the network's input if no other is given; the lagged target is another network.
    /// </summary>
    public static Checkpoint Checkpoint(Device device, NetworkSpec spec, TrainingSettings settings, ulong seed, int? cameraHeight = null,
        int? cameraWidth = null)
    {
        var layout = new ParameterLayout(spec);
        var values = Parameters(device, layout, seed);
        return new Checkpoint(new CheckpointHeader(spec, settings, ActionSpace.QtOpt, cameraHeight ?? spec.ImageHeight,
            cameraWidth ?? spec.ImageWidth, 0), layout, values, [.. values],
            settings.TargetNetworks == 2 ? Parameters(device, layout, seed + 1) : null, null, null);
    }
}
