using ActionableModels.Actions;
using ActionableModels.Compute;

namespace ActionableModels.Control;

/// <summary>Checks the options that need no model; see <see cref="ActionLimits"/> for those of actions.</summary>
internal static class OptionsCheck
{
    /// <summary>Longest budget, deadline and age.</summary>
    public static readonly TimeSpan LongestTime = TimeSpan.FromDays(1);

    // Of a decision, in all iterations: seconds of work on a processor.
    private const int MostSamples = 65536;

    /// <summary>Checks options and returns them.</summary>
    /// <exception cref="OptionException">An option is out of range; the message names it and says what is allowed.</exception>
    public static ControllerOptions Checked(this ControllerOptions options)
    {
        var cem = options.Cem;
        OptionName iterations = new("Cem.Iterations"), samples = new("Cem.Samples");
        Require(iterations, cem.Iterations, 1, MostSamples);
        Require(samples, cem.Samples, 1, MostSamples);
        Require(new("Cem.Elites"), cem.Elites, 1, cem.Samples);
        if ((long)cem.Iterations * cem.Samples > MostSamples)
            throw OptionException.Of(
                $"options {iterations} and {samples} are {cem.Iterations} and {cem.Samples}: their product is at most {MostSamples}");
        Require(nameof(options.Budget), options.Budget);
        Require(nameof(options.Deadline), options.Deadline);
        Require(nameof(options.MaxImageAge), options.MaxImageAge);
        Require(nameof(options.StateLow), options.StateLow);
        Require(nameof(options.StateHigh), options.StateHigh);
        OptionName low = new(nameof(options.StateLow)), high = new(nameof(options.StateHigh));
        for (var i = 0; i < ActionSpace.StateDimensions; i++)
            if (!(options.StateLow[i] <= options.StateHigh[i]))
                throw OptionException.Of(
                    $"number {i} of option {low} is {options.StateLow[i]} and that of {high} {options.StateHigh[i]}: low is at most high, and both are numbers");
        return options;
    }

    private static void Require(OptionName option, int value, int least, int most)
    {
        if (value < least || value > most) throw OptionException.Of($"option {option} is {value}: it is from {least} to {most}");
    }

    private static void Require(string option, TimeSpan? time)
    {
        if (time is { } given && (given <= TimeSpan.Zero || given > LongestTime))
            throw OptionException.Of(
                $"option {new OptionName(option)} is {given.TotalMilliseconds} ms: it is more than 0 and at most a day, or null for none");
    }

    private static void Require(string option, float[] values)
    {
        if (values is not { Length: ActionSpace.StateDimensions })
            throw OptionException.Of($"option {new OptionName(option)} has {values?.Length ?? 0} numbers: it has {ActionSpace.StateDimensions}");
    }
}
