using ActionableModels.Compute;

namespace ActionableModels.Networks;

/// <summary>The networks by name.</summary>
public static class NetworkPresets
{
    /// <summary>Preset names in the order of their size.</summary>
    public static IReadOnlyList<string> Names { get; } = ["compact-32", "compact-48", "compact-64", "qt-opt-472"];

    /// <summary>The preset of a name.</summary>
    /// <exception cref="ActionableException">There is none; the message holds the nearest names.</exception>
    public static NetworkSpec Get(string name) => name switch
    {
        "qt-opt-472" => QtOpt472(),
        "compact-64" => Compact(64, 4),
        "compact-48" => Compact(48, 3),
        "compact-32" => Compact(32, 2),
        _ => throw new ActionableException(ActionableModels.Names.Unknown("preset", name, Names)),
    };

    /// <summary>
    /// QT-Opt's critic layer for layer with the goal stacked on channels (shared/reference/qtopt.md 1.1): 1,249,729 trainable parameters.
    /// </summary>
    private static NetworkSpec QtOpt472() => new()
    {
        Name = "qt-opt-472",
        ImageHeight = 472,
        ImageWidth = 472,
        Normalisation = Normalisation.Batch,
        Tower = [LayerSpec.Conv(64, 6, 2), LayerSpec.Pool(3), .. Enumerable.Repeat(LayerSpec.Conv(64, 5), 6), LayerSpec.Pool(3)],
        ActionBlocks = ActionBlock.QtOpt(),
        ActionEmbedding = 256,
        Head =
        [
            .. Enumerable.Repeat(LayerSpec.Conv(64, 3), 6), LayerSpec.Pool(2),
            .. Enumerable.Repeat(LayerSpec.Conv(64, 3, 1, Padding.Valid), 3), LayerSpec.Dense(64), LayerSpec.Dense(64),
        ],
        InitialDeviation = 0.01f,
    };

    /// <summary>
    /// The same form for small cameras: three strided convolutions, the last one as wide as its map, so that the action is added to a
    /// 1×1 map and the head is dense: 3.0 million multiply-adds per (s, g), 27 thousand per action.
    /// </summary>
    private static NetworkSpec Compact(int size, int stride) => new()
    {
        Name = $"compact-{size}",
        ImageHeight = size,
        ImageWidth = size,
        Tower = [LayerSpec.Conv(32, 6, stride), LayerSpec.Conv(48, 3, 2), LayerSpec.Conv(128, 8, 1, Padding.Valid)],
        ActionBlocks = ActionBlock.QtOpt(displacementScale: 10, heightScale: 5),
        ActionEmbedding = 64,
        // QT-Opt's 0.9997 remembers longer than a compact network trains.
        NormDecay = 0.99f,
        Head = [LayerSpec.Dense(128), LayerSpec.Dense(64)],
    };
}
