using ActionableModels.Compute;

namespace ActionableModels.Control;

/// <summary>An option is out of range; the message names it and says what is allowed.</summary>
public sealed class OptionException : ActionableException
{
    /// <summary>Creates the error with its message.</summary>
    public OptionException(string message) : base(message) { }
}
