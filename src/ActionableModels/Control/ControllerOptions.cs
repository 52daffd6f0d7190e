using ActionableModels.Policies;

namespace ActionableModels.Control;

/// <summary>How a <see cref="PolicyController"/> decides and what it guards; the defaults are those of actionable.h.</summary>
public sealed record ControllerOptions
{
    /// <summary>How CEM searches.</summary>
    public CemSettings Cem { get; init; } = CemSettings.QtOpt;
    /// <summary>Decision n of a seed draws the same random numbers everywhere.</summary>
    public ulong Seed { get; init; }
    /// <summary>CEM stops after the samples that fit into this time; at least one part of an iteration runs. Null: no budget.</summary>
    public TimeSpan? Budget { get; init; }
    /// <summary>A decision that took longer, or is older, is replaced by the hold action. Null: no deadline, no watchdog.</summary>
    public TimeSpan? Deadline { get; init; } = TimeSpan.FromMilliseconds(500);
    /// <summary>Oldest image that is decided on. Null: ages are not checked.</summary>
    public TimeSpan? MaxImageAge { get; init; } = TimeSpan.FromMilliseconds(500);
    /// <summary>Whether images whose pixels are all the same are refused.</summary>
    public bool CheckImage { get; init; } = true;
    /// <summary>The hold action, 7 numbers; null: all 0.</summary>
    public float[]? Hold { get; init; }
    /// <summary>Whether actions are cut to the box.</summary>
    public bool LimitBox { get; init; } = true;
    /// <summary>Lower ends of the box, 7 numbers; null or NaN: the model's own bound. Never wider than those.</summary>
    public float[]? Low { get; init; }
    /// <summary>Upper ends of the box.</summary>
    public float[]? High { get; init; }
    /// <summary>Whether changes from one action to the next are limited.</summary>
    public bool LimitRate { get; init; } = true;
    /// <summary>Largest changes, 7 numbers; null or NaN: half of the box's width, discrete numbers free.</summary>
    public float[]? Rate { get; init; }
    /// <summary>Whether states outside <see cref="StateLow"/> to <see cref="StateHigh"/> are refused.</summary>
    public bool CheckState { get; init; } = true;
    /// <summary>Lower ends of gripper closed and height.</summary>
    public float[] StateLow { get; init; } = [0, -1];
    /// <summary>Upper ends of gripper closed and height.</summary>
    public float[] StateHigh { get; init; } = [1, 3];
    /// <summary>Whether weights and activations are locked in memory where that is allowed.</summary>
    public bool LockMemory { get; init; } = true;
}
