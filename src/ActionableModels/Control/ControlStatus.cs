namespace ActionableModels.Control;

/// <summary>What became of a call. The same numbers as in actionable.h.</summary>
public enum ControlStatus
{
    /// <summary>Done.</summary>
    Ok = 0,
    /// <summary>The hold action was given; <see cref="Decision.Interventions"/> says why.</summary>
    Held = 1,
    /// <summary>A wrong size, or an option out of range.</summary>
    InvalidArgument = 2,
    /// <summary>The model file cannot be read.</summary>
    File = 3,
    /// <summary>The model is damaged, is none, or does not fit the loop's camera and actions.</summary>
    BadModel = 4,
    /// <summary>There is no such device, or it failed.</summary>
    Device = 5,
    /// <summary>There is too little memory.</summary>
    OutOfMemory = 6,
    /// <summary>No goal was set.</summary>
    NoGoal = 7,
    /// <summary>Another thread is deciding.</summary>
    Busy = 8,
    /// <summary>The network has no Q.</summary>
    Unsupported = 9,
    /// <summary>A defect of this library.</summary>
    Internal = 10,
}
