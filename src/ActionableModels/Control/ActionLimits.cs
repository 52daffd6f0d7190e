using ActionableModels.Actions;
using ActionableModels.Compute;

namespace ActionableModels.Control;

/// <summary>The box, the largest changes and the hold action in force.</summary>
internal sealed class ActionLimits
{
    private const int D = ActionSpace.Dimensions;

    /// <summary>Checks options against the bounds of a model.</summary>
    /// <exception cref="OptionException">An option is out of range; the message names it and says what is allowed.</exception>
    public ActionLimits(ControllerOptions options, ActionSpace space)
    {
        Low = End(nameof(options.Low), options.LimitBox ? options.Low : null, space.Low, space);
        High = End(nameof(options.High), options.LimitBox ? options.High : null, space.High, space);
        for (var d = 0; d < D; d++)
            if (Low[d] > High[d])
                throw OptionException.Of(
                    $"option {Name(nameof(Low), d)} is {Low[d]}, above {new OptionName(nameof(High))}, {High[d]}: it is from {space.Low[d]} to {High[d]}");
        Rate = Rates(options);
        Hold = Held(options);
    }

    /// <summary>Lower ends of the box.</summary>
    public float[] Low { get; }
    /// <summary>Upper ends.</summary>
    public float[] High { get; }
    /// <summary>Largest changes; infinite where there is no limit.</summary>
    public float[] Rate { get; }
    /// <summary>The hold action, inside the box.</summary>
    public float[] Hold { get; }

    /// <summary>Cuts numbers to the box, then to the largest change from the action before, which lies in the box: so does what is between.</summary>
    /// <param name="action">Is cut; none of them is NaN.</param>
    /// <param name="before">The action given before; empty for none.</param>
    public Interventions Apply(Span<float> action, ReadOnlySpan<float> before)
    {
        var found = Interventions.None;
        for (var d = 0; d < D; d++)
        {
            var boxed = Math.Clamp(action[d], Low[d], High[d]);
            if (boxed != action[d]) found |= Interventions.Boxed;
            action[d] = boxed;
            if (before.IsEmpty) continue;
            action[d] = Math.Clamp(boxed, before[d] - Rate[d], before[d] + Rate[d]);
            if (action[d] != boxed) found |= Interventions.RateLimited;
        }
        return found;
    }

    private static float[] End(string name, float[]? given, float[] bound, ActionSpace space)
    {
        var ends = (float[])bound.Clone();
        if (given is null) return ends;
        RequireLength(name, given, D);
        for (var d = 0; d < D; d++)
        {
            if (float.IsNaN(given[d])) continue;
            if (!(given[d] >= space.Low[d] && given[d] <= space.High[d]))
                throw OptionException.Of(
                    $"option {Name(name, d)} is {given[d]}: it is from {space.Low[d]} to {space.High[d]}, the model's own bounds, or NaN for these");
            RequireFlag(name, d, given[d]);
            ends[d] = given[d];
        }
        return ends;
    }

    private float[] Rates(ControllerOptions options)
    {
        var rates = new float[D];
        if (options.Rate is { } given) RequireLength(nameof(options.Rate), given, D);
        for (var d = 0; d < D; d++)
        {
            var rate = options.Rate?[d] ?? float.NaN;
            if (!options.LimitRate) rate = float.PositiveInfinity;
            else if (float.IsNaN(rate)) rate = ActionSpace.IsBinary(d) ? float.PositiveInfinity : (High[d] - Low[d]) / 2;
            else if (rate < 0) throw OptionException.Of($"option {Name(nameof(Rate), d)} is {rate}: it is 0 or more, or NaN for half of the box's width");
            else if (ActionSpace.IsBinary(d) && rate is > 0 and < 1)
                throw OptionException.Of($"option {Name(nameof(Rate), d)} is {rate}: that of a discrete number is 0 or at least 1, or NaN for no limit");
            rates[d] = rate;
        }
        return rates;
    }

    private float[] Held(ControllerOptions options)
    {
        var hold = options.Hold is { } given ? (float[])given.Clone() : new float[D];
        RequireLength(nameof(options.Hold), hold, D);
        for (var d = 0; d < D; d++)
        {
            if (!(hold[d] >= Low[d] && hold[d] <= High[d]))
                throw OptionException.Of($"option {Name(nameof(Hold), d)} is {hold[d]}: it is from {Low[d]} to {High[d]}, the box");
            RequireFlag(nameof(Hold), d, hold[d]);
        }
        return hold;
    }

    private static void RequireFlag(string option, int d, float value)
    {
        if (ActionSpace.IsBinary(d) && value is not (0 or 1)) throw OptionException.Of($"option {Name(option, d)} is {value}: it is 0 or 1");
    }

    private static void RequireLength(string option, float[] values, int length)
    {
        if (values.Length != length) throw OptionException.Of($"option {new OptionName(option)} has {values.Length} numbers: it has {length}");
    }

    private static OptionName Name(string option, int d) => new(option, d);
}
