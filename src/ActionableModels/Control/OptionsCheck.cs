using ActionableModels.Actions;
using ActionableModels.Compute;

namespace ActionableModels.Control;

/// <summary>Checks the options that need no model; see <see cref="ActionLimits"/> for those of actions.</summary>
internal static class OptionsCheck
{
    private const int MostIterations = 1000, MostSamples = 65536;

    /// <summary>Checks options and returns them.</summary>
    /// <exception cref="ActionableException">An option is out of range; the message names it and says what is allowed.</exception>
    public static ControllerOptions Checked(this ControllerOptions options)
    {
        var cem = options.Cem;
        Require(nameof(cem.Iterations), cem.Iterations, 1, MostIterations);
        Require(nameof(cem.Samples), cem.Samples, 1, MostSamples);
        Require(nameof(cem.Elites), cem.Elites, 1, cem.Samples);
        Require(nameof(options.Budget), options.Budget);
        Require(nameof(options.Deadline), options.Deadline);
        Require(nameof(options.MaxImageAge), options.MaxImageAge);
        Require(nameof(options.StateLow), options.StateLow);
        Require(nameof(options.StateHigh), options.StateHigh);
        for (var i = 0; i < ActionSpace.StateDimensions; i++)
            if (!(options.StateLow[i] <= options.StateHigh[i]))
                throw new ActionableException(
                    $"number {i} of option StateLow is {options.StateLow[i]} and that of StateHigh {options.StateHigh[i]}: low is at most high, and both are numbers");
        return options;
    }

    private static void Require(string option, int value, int least, int most)
    {
        if (value < least || value > most) throw new ActionableException($"option {option} of CEM is {value}: it is from {least} to {most}");
    }

    private static void Require(string option, TimeSpan? time)
    {
        if (time is { } given && (given <= TimeSpan.Zero || given > TimeSpan.FromDays(1)))
            throw new ActionableException($"option {option} is {given.TotalMilliseconds} ms: it is more than 0 and at most a day, or null for none");
    }

    private static void Require(string option, float[] values)
    {
        if (values is not { Length: ActionSpace.StateDimensions })
            throw new ActionableException($"option {option} has {values?.Length ?? 0} numbers: it has {ActionSpace.StateDimensions}");
    }
}
