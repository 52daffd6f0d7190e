using ActionableModels.Actions;

namespace ActionableModels.Networks;

/// <summary>How a number enters the network's action input.</summary>
public enum ColumnKind
{
    /// <summary>As it is.</summary>
    Identity,
    /// <summary>Its sine.</summary>
    Sine,
    /// <summary>Its cosine.</summary>
    Cosine,
}

/// <summary>
/// A named group of action or state numbers with a dense layer of its own (QT-Opt's `grasp_params` blocks; shared/reference/qtopt.md 1.3).
/// </summary>
/// <param name="Name">Block name, as in tensor names.</param>
/// <param name="Columns">The columns: index into the action (below <see cref="ActionSpace.Dimensions"/>) or the state after it, and how it
/// enters.</param>
/// <param name="Scale">Factor on the numbers before the dense layer: 1 in QT-Opt, 1/range in compact networks.</param>
public sealed record ActionBlock(string Name, ActionColumn[] Columns, float Scale)
{
    /// <summary>QT-Opt's seven blocks: 10 numbers in its order.</summary>
    /// <param name="displacementScale">Factor on the displacement, per metre.</param>
    /// <param name="heightScale">Factor on the height, per metre.</param>
    public static ActionBlock[] QtOpt(float displacementScale = 1, float heightScale = 1) =>
    [
        new("world_vector", [new(0, ColumnKind.Identity), new(1, ColumnKind.Identity), new(2, ColumnKind.Identity)], displacementScale),
        new("vertical_rotation", [new(ActionSpace.Azimuth, ColumnKind.Sine), new(ActionSpace.Azimuth, ColumnKind.Cosine)], 1),
        new("close_gripper", [new(ActionSpace.Close, ColumnKind.Identity)], 1),
        new("open_gripper", [new(ActionSpace.Open, ColumnKind.Identity)], 1),
        new("terminate_episode", [new(ActionSpace.Terminate, ColumnKind.Identity)], 1),
        .. State(heightScale),
    ];

    /// <summary>The two state blocks alone: what a network that outputs actions takes in.</summary>
    public static ActionBlock[] State(float heightScale = 1) =>
    [
        new("gripper_closed", [new(ActionSpace.Dimensions, ColumnKind.Identity)], 1),
        new("height_to_bottom", [new(ActionSpace.Dimensions + 1, ColumnKind.Identity)], heightScale),
    ];

    /// <summary>Equality by value.</summary>
    public bool Equals(ActionBlock? other) => other is not null && Name == other.Name && Scale == other.Scale
        && Columns.AsSpan().SequenceEqual(other.Columns);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Columns.Length, Scale);
}

/// <summary>One column of an <see cref="ActionBlock"/>.</summary>
/// <param name="Source">Index into action then state.</param>
/// <param name="Kind">How it enters.</param>
public readonly record struct ActionColumn(int Source, ColumnKind Kind);
