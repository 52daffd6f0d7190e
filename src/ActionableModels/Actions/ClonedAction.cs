namespace ActionableModels.Actions;

/// <summary>
/// Actions as a network's output: displacement as a fraction of its largest size, sine and cosine of the azimuth change, logits of the
/// discrete parts; 8 numbers.
/// </summary>
internal static class ClonedAction
{
    public const int Outputs = 8, Pose = 5, Flags = 3;

    /// <summary>The pose targets (5 numbers) of a recorded action.</summary>
    public static void EncodePose(ReadOnlySpan<float> action, ActionSpace space, Span<float> pose)
    {
        for (var d = 0; d < 3; d++) pose[d] = Size(space, d) is > 0 and var size ? action[d] / size : 0;
        (pose[3], pose[4]) = MathF.SinCos(action[ActionSpace.Azimuth]);
    }

    /// <summary>The action that 8 outputs stand for, which may be outside the bounds.</summary>
    public static void Decode(ReadOnlySpan<float> outputs, ActionSpace space, Span<float> action)
    {
        for (var d = 0; d < 3; d++) action[d] = outputs[d] * Size(space, d);
        action[ActionSpace.Azimuth] = MathF.Atan2(outputs[3], outputs[4]);
        for (var d = ActionSpace.Close; d < ActionSpace.Dimensions; d++) action[d] = outputs[Pose + d - ActionSpace.Close] > 0 ? 1 : 0;
    }

    /// <summary>Cuts an action to the bounds.</summary>
    public static void Cut(ActionSpace space, Span<float> action)
    {
        for (var d = 0; d < ActionSpace.Dimensions; d++) action[d] = Math.Clamp(action[d], space.Low[d], space.High[d]);
    }

    /// <summary>The largest size of a displacement.</summary>
    public static float Size(ActionSpace space, int d) => Math.Max(Math.Abs(space.Low[d]), Math.Abs(space.High[d]));
}
