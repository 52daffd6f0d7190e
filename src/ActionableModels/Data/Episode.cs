using ActionableModels.Actions;

namespace ActionableModels.Data;

/// <summary>One recorded episode of T actions and T + 1 observations.</summary>
/// <param name="Images">UInt8, T + 1 images of H·W·3, row-major RGB.</param>
/// <param name="States">(T + 1) · <see cref="ActionSpace.StateDimensions"/> numbers.</param>
/// <param name="Actions">T · <see cref="ActionSpace.Dimensions"/> numbers.</param>
/// <param name="Success">Whether the recording policy reached what it tried; not used by the method, shown by inspect.</param>
/// <param name="Policy">Name of the recording policy, for inspect.</param>
/// <param name="Frames">Where the T + 1 images lie, for a dataset whose frames stay in other files; <paramref name="Images"/> is empty then.</param>
public sealed record Episode(
    byte[] Images, float[] States, float[] Actions, bool Success, string Policy, FrameReference[]? Frames = null)
{
    /// <summary>Number of actions T.</summary>
    public int Steps => Actions.Length / ActionSpace.Dimensions;
}
