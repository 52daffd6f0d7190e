namespace ActionableModels.Compute;

/// <summary>
/// An error whose message is meant for the person at the keyboard: what was wrong, where, and what to do. The command line prints
/// it as one line and exits with code 1; nothing on disk has been changed when it is thrown.
/// </summary>
public class ActionableException : Exception
{
    /// <summary>Creates the error with its message.</summary>
    /// <param name="message">One line: what was wrong, where, what to do.</param>
    public ActionableException(string message) : base(message) { }

    /// <summary>Creates the error with its message and the fault behind it.</summary>
    /// <param name="message">One line: what was wrong, where, what to do.</param>
    /// <param name="cause">The fault behind it, if another exception was.</param>
    public ActionableException(string message, Exception? cause) : base(message, cause) { }
}
