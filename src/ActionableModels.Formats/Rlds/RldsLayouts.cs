using ActionableModels.Actions;
using ActionableModels.Compute;
using static ActionableModels.Formats.Rlds.RldsLayoutField;

namespace ActionableModels.Formats.Rlds;

/// <summary>
/// The schemas that episodes are written in: this project's own, and those of public datasets field by field (TFDS catalogue: mt_opt, kuka
/// 0.1.0, bridge 0.1.0, fractal20220817_data 0.1.0). Poses are x, y, z and the quaternion x, y, z, w. What a recording does not know
/// (language, workspace, the base's motion) is zero or empty. The last step's action is zero.
/// </summary>
internal static class RldsLayouts
{
    /// <summary>All of them, this project's own first.</summary>
    public static IReadOnlyList<RldsLayout> All { get; } = [Own(), MtOpt(), Kuka(), Bridge(), Fractal()];

    /// <summary>The layout of a name; null: this project's own.</summary>
    /// <exception cref="ActionableException">There is no such layout.</exception>
    public static RldsLayout Named(string? name) => name is null ? All[0] : All.FirstOrDefault(layout => layout.Name == name)
        ?? throw new ActionableException(Names.Unknown("layout of rlds", name, All.Select(layout => layout.Name)));

    private static RldsLayout Own() => new("actionable-models", null, "1.0.0", true,
    [
        Flag(InEpisode, "success", (e, _) => e.Success),
        Line(InEpisode, "policy", e => e.Policy),
        Line(InEpisode, "episode_id", e => e.Id),
        .. StepFlags(),
        Number(InStep, "reward", (e, row) => e.Reward(row)),
        Number(InStep, "discount", (e, row) => e.Discount(row)),
        Picture(),
        Number(InObservation, "gripper_closed", (e, row) => e.State(row)[0]),
        Number(InObservation, "height", (e, row) => e.State(row)[1]),
        WorldVector(),
        Number(InAction, "azimuth", (e, row) => e.Action(row)[ActionSpace.Azimuth]),
        ActionFlag("close_gripper", ActionSpace.Close),
        ActionFlag("open_gripper", ActionSpace.Open),
        ActionFlag("terminate", ActionSpace.Terminate),
    ]);

    private static RldsLayout MtOpt() => new("mt_opt", "rlds", "1.0.0", false,
    [
        Line(InEpisode, "episode_id", e => e.Id),
        Zeros(InEpisode, "skill", RldsLayoutType.UInt8),
        Line(InEpisode, "task_code", e => e.Task),
        .. StepFlags(),
        ActionFlag("close_gripper", ActionSpace.Close),
        ActionFlag("open_gripper", ActionSpace.Open),
        Floats(InAction, "target_pose", (e, row, pose) => e.Target(row, pose), 7) with { Zlib = true },
        ActionFlag("terminate", ActionSpace.Terminate),
        Flag(InObservation, "gripper_closed", (e, row) => e.Closed(row)),
        Number(InObservation, "height_to_bottom", (e, row) => e.State(row)[1]),
        Picture(),
        Floats(InObservation, "state_dense", (e, row, pose) => e.Pose(row, pose), 7) with { Zlib = true },
    ]);

    private static RldsLayout Kuka() => new("kuka", null, "0.1.0", true,
    [
        Flag(InEpisode, "success", (e, _) => e.Success),
        .. StepFlags(),
        Number(InStep, "reward", (e, row) => e.Reward(row)),
        .. ArmAction(),
        Floats(InObservation, "clip_function_input/base_pose_tool_reached", (e, row, pose) => e.Pose(row, pose), 7) with { Zlib = true },
        Zeros(InObservation, "clip_function_input/workspace_bounds", RldsLayoutType.Float32, 3, 3),
        Floats(InObservation, "gripper_closed", (e, row, closed) => closed[0] = e.State(row)[0], 1) with { Zlib = true },
        Floats(InObservation, "height_to_bottom", (e, row, height) => height[0] = e.State(row)[1], 1),
        Picture(),
        .. Language(),
        Zeros(InObservation, "task_id", RldsLayoutType.Float32, 1),
    ]);

    private static RldsLayout Bridge() => new("bridge", null, "0.1.0", true,
    [
        Line(InEpisode, "episode_id", e => e.Id),
        .. StepFlags(),
        Number(InStep, "reward", (e, row) => e.Reward(row)),
        Flag(InAction, "open_gripper", (e, row) => !e.WillBeClosed(row)),
        RotationDelta(),
        Number(InAction, "terminate_episode", (e, row) => e.Action(row)[ActionSpace.Terminate]),
        WorldVector(),
        Picture(),
        .. Language(),
        Floats(InObservation, "state", (e, row, state) => e.PoseAndGripper(row, state), 7),
    ]);

    private static RldsLayout Fractal() => new("fractal20220817_data", null, "0.1.0", true,
    [
        .. StepFlags(),
        Number(InStep, "reward", (e, row) => e.Reward(row)),
        .. ArmAction(),
        Floats(InObservation, "base_pose_tool_reached", (e, row, pose) => e.Pose(row, pose), 7),
        Floats(InObservation, "gripper_closed", (e, row, closed) => closed[0] = e.State(row)[0], 1),
        Zeros(InObservation, "gripper_closedness_commanded", RldsLayoutType.Float32, 1),
        Floats(InObservation, "height_to_bottom", (e, row, height) => height[0] = e.State(row)[1], 1),
        Picture(),
        .. Language(),
        Zeros(InObservation, "orientation_box", RldsLayoutType.Float32, 2, 3),
        Zeros(InObservation, "orientation_start", RldsLayoutType.Float32, 4),
        Zeros(InObservation, "robot_orientation_positions_box", RldsLayoutType.Float32, 3, 3),
        Zeros(InObservation, "rotation_delta_to_go", RldsLayoutType.Float32, 3),
        Zeros(InObservation, "src_rotation", RldsLayoutType.Float32, 4),
        Zeros(InObservation, "vector_to_go", RldsLayoutType.Float32, 3),
        Zeros(InObservation, "workspace_bounds", RldsLayoutType.Float32, 3, 3),
        .. ((string[])["already_success", "feasible", "undesirable"]).Select(name => Zeros("aspects", name, RldsLayoutType.Bool)),
        Flag("aspects", "has_aspects", (_, _) => true),
        Flag("aspects", "success", (e, _) => e.Success),
        .. ((string[])["collection_mode", "data_type", "env", "location", "objects_family", "task_family"]).SelectMany(name =>
            (RldsLayoutField[])[Zeros("attributes", name, RldsLayoutType.Int64), Line("attributes", $"{name}_name", _ => "")]),
    ]);

    private static RldsLayoutField[] StepFlags() =>
    [
        Flag(InStep, "is_first", (_, row) => row == 0),
        Flag(InStep, "is_last", (e, row) => row == e.Steps),
        Flag(InStep, "is_terminal", (e, row) => row == e.Steps && e.Terminates),
    ];

    // The action of kuka and fractal20220817_data.
    private static RldsLayoutField[] ArmAction() =>
    [
        Zeros(InAction, "base_displacement_vector", RldsLayoutType.Float32, 2),
        Zeros(InAction, "base_displacement_vertical_rotation", RldsLayoutType.Float32, 1),
        Floats(InAction, "gripper_closedness_action", (e, row, change) =>
            change[0] = e.Action(row)[ActionSpace.Close] - e.Action(row)[ActionSpace.Open], 1),
        RotationDelta(),
        new(InAction, "terminate_episode", RldsLayoutType.Int32, 3)
        {
            // Ends the episode, goes on, and a third that is never set.
            Numbers = (e, row, one) => one[e.Action(row)[ActionSpace.Terminate] != 0 ? 0 : 1] = 1,
        },
        WorldVector(),
    ];

    private static RldsLayoutField[] Language() =>
    [
        Zeros(InObservation, "natural_language_embedding", RldsLayoutType.Float32, 512),
        Line(InObservation, "natural_language_instruction", _ => ""),
    ];

    private static RldsLayoutField WorldVector() =>
        Floats(InAction, "world_vector", (e, row, vector) => e.Action(row).Slice(ActionSpace.Displacement, 3).CopyTo(vector), 3);

    private static RldsLayoutField RotationDelta() =>
        Floats(InAction, "rotation_delta", (e, row, angles) => angles[2] = e.Action(row)[ActionSpace.Azimuth], 3);

    private static RldsLayoutField ActionFlag(string name, int dimension) => Flag(InAction, name, (e, row) => e.Action(row)[dimension] != 0);

    private static RldsLayoutField Picture() => new(InObservation, "image", RldsLayoutType.Image);

    private static RldsLayoutField Line(string group, string name, Func<RldsExportEpisode, string> text) =>
        new(group, name, RldsLayoutType.Text) { Text = text };

    private static RldsLayoutField Flag(string group, string name, Func<RldsExportEpisode, int, bool> value) =>
        new(group, name, RldsLayoutType.Bool) { Numbers = (e, row, values) => values[0] = value(e, row) ? 1 : 0 };

    private static RldsLayoutField Number(string group, string name, Func<RldsExportEpisode, int, float> value) =>
        new(group, name, RldsLayoutType.Float32) { Numbers = (e, row, values) => values[0] = value(e, row) };

    private static RldsLayoutField Floats(string group, string name, RldsLayoutNumbers numbers, params int[] shape) =>
        new(group, name, RldsLayoutType.Float32, shape) { Numbers = numbers };

    private static RldsLayoutField Zeros(string group, string name, RldsLayoutType type, params int[] shape) =>
        new(group, name, type, shape) { Numbers = (_, _, _) => { } };
}
