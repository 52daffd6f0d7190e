using ActionableModels.Actions;
using ActionableModels.Compute;

namespace ActionableModels.Data;

/// <summary>What the numbers of an episode must satisfy, on the way in and on the way out.</summary>
internal static class EpisodeCheck
{
    /// <summary>Longest policy name.</summary>
    public const int LongestPolicyName = 200;

    /// <summary>How far outside its bounds a number may lie for rounding.</summary>
    public static float Slack(float low, float high) => 1e-4f * (high - low) + 1e-7f;

    /// <summary>Every action finite and within its bounds (1e-4 of the range for rounding), the discrete ones exactly 0 or 1.</summary>
    /// <param name="actions">Steps · <see cref="ActionSpace.Dimensions"/> numbers.</param>
    /// <param name="space">Bounds.</param>
    /// <param name="where">File and episode for the message, asked only when something is wrong; its argument is the step.</param>
    public static void Actions(ReadOnlySpan<float> actions, ActionSpace space, Func<long, string> where)
    {
        for (var i = 0; i < actions.Length; i++)
        {
            var d = i % ActionSpace.Dimensions;
            var value = actions[i];
            var slack = Slack(space.Low[d], space.High[d]);
            var good = ActionSpace.IsBinary(d) ? value is 0 or 1 && value >= space.Low[d] && value <= space.High[d]
                : value >= space.Low[d] - slack && value <= space.High[d] + slack;
            if (!good)
                throw new ActionableException($"{where(i / ActionSpace.Dimensions)}: action {ActionSpace.Names[d]} is {value}, "
                    + (ActionSpace.IsBinary(d) ? "not 0 or 1 as its bounds allow" : $"not within [{space.Low[d]}, {space.High[d]}]")
                    + ": mend the recording or the action bounds, and record again");
        }
    }

    /// <summary>Every state finite.</summary>
    /// <param name="states">Frames · <see cref="ActionSpace.StateDimensions"/> numbers.</param>
    /// <param name="where">As for actions; its argument is the frame.</param>
    public static void States(ReadOnlySpan<float> states, Func<long, string> where)
    {
        for (var i = 0; i < states.Length; i++)
            if (!float.IsFinite(states[i]))
                throw new ActionableException($"{where(i / ActionSpace.StateDimensions)}: state "
                    + $"{DatasetHeader.StateNames[i % ActionSpace.StateDimensions]} is {states[i]}, not a finite number: "
                    + "mend the recording and record again");
    }

    /// <summary>A policy name fit for one line of output.</summary>
    public static bool IsPolicyName(string? name) => name is { Length: > 0 and <= LongestPolicyName } && !name.Any(char.IsControl);
}
