namespace ActionableModels.Control;

/// <summary>Why an action is not the policy's own choice, or what was noticed about it. The same bits as in actionable.h.</summary>
[Flags]
public enum Interventions : uint
{
    /// <summary>None.</summary>
    None = 0,
    /// <summary>Hold: a number of the state is not finite.</summary>
    NonFiniteInput = 1 << 0,
    /// <summary>Hold: the network gave a number that is not finite.</summary>
    NonFiniteOutput = 1 << 1,
    /// <summary>Hold: the image has another size than the camera of the model.</summary>
    WrongSize = 1 << 2,
    /// <summary>Hold: every pixel is the same: a covered lens or a dead camera.</summary>
    BlankImage = 1 << 3,
    /// <summary>Hold: the image is too old, from the future, or not newer than the one before.</summary>
    StaleImage = 1 << 4,
    /// <summary>Hold: the state is outside its range.</summary>
    StateRange = 1 << 5,
    /// <summary>Hold: the decision took longer than the deadline.</summary>
    Late = 1 << 6,
    /// <summary>Hold: there was no decision younger than the deadline.</summary>
    Watchdog = 1 << 7,
    /// <summary>Hold: the device failed, or no goal was set.</summary>
    Fault = 1 << 8,
    /// <summary>A number was cut to the box.</summary>
    Boxed = 1 << 9,
    /// <summary>A number was cut to the largest change from the action before.</summary>
    RateLimited = 1 << 10,
    /// <summary>CEM stopped early, after <see cref="Decision.Samples"/> samples.</summary>
    BudgetSpent = 1 << 11,
    /// <summary>The image had no time stamp: its age was not checked.</summary>
    Unstamped = 1 << 12,
}
