using System.Numerics.Tensors;

namespace ActionableModels.Control;

/// <summary>What is checked of an observation before it is decided on.</summary>
internal sealed class InputLimits
{
    private readonly int imageBytes;
    private readonly bool checkImage, checkState;
    private readonly long? maxAgeNs;
    private readonly float[] stateLow, stateHigh;
    private long newestNs = long.MinValue;

    /// <summary>The limits of options that have been checked.</summary>
    public InputLimits(ControllerOptions options, int imageBytes)
    {
        (this.imageBytes, checkImage, checkState) = (imageBytes, options.CheckImage, options.CheckState);
        maxAgeNs = options.MaxImageAge is { } age ? MonotonicClock.Nanoseconds(age) : null;
        (stateLow, stateHigh) = ([.. options.StateLow], [.. options.StateHigh]);
    }

    /// <summary>All that is wrong with an observation, not only the first.</summary>
    public Interventions Check(ReadOnlySpan<byte> image, ReadOnlySpan<float> state, long capturedNs, long now)
    {
        var found = CheckAge(capturedNs, now);
        if (image.Length != imageBytes) found |= Interventions.WrongSize;
        else if (checkImage && ImageCheck.IsBlank(image)) found |= Interventions.BlankImage;
        if (!TensorPrimitives.IsFiniteAll(state)) return found | Interventions.NonFiniteInput;
        if (checkState)
            for (var i = 0; i < state.Length; i++)
                if (state[i] < stateLow[i] || state[i] > stateHigh[i]) return found | Interventions.StateRange;
        return found;
    }

    /// <summary>Forgets the last image.</summary>
    public void Reset() => newestNs = long.MinValue;

    private Interventions CheckAge(long capturedNs, long now)
    {
        if (maxAgeNs is not { } most) return Interventions.None;
        if (capturedNs == 0) return Interventions.Unstamped;
        // A negative stamp is older than the clock; one from the future must not make all that follow look old.
        if (capturedNs < 0 || capturedNs > now || now - capturedNs > most || capturedNs <= newestNs) return Interventions.StaleImage;
        newestNs = capturedNs;
        return Interventions.None;
    }
}
