namespace ActionableModels.Compute;

/// <summary>A device has too little memory for one block; the message says how much was asked for and how much there is.</summary>
public sealed class OutOfDeviceMemoryException : DeviceException
{
    /// <summary>Creates the error with its message.</summary>
    /// <param name="message">One line: what was asked for, what there is, what to do.</param>
    /// <param name="cause">The fault behind it, if another exception was.</param>
    public OutOfDeviceMemoryException(string message, Exception? cause = null) : base(message, cause) { }
}
