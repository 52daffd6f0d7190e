namespace ActionableModels.Compute;

/// <summary>There is no such device, or one failed; the message says what to do.</summary>
public class DeviceException : ActionableException
{
    /// <summary>Creates the error with its message.</summary>
    /// <param name="message">One line: what was wrong, where, what to do.</param>
    /// <param name="cause">The fault behind it, if another exception was.</param>
    public DeviceException(string message, Exception? cause = null) : base(message, cause) { }
}
