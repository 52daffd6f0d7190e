using ActionableModels.Compute;
using ActionableModels.Control;

namespace ActionableModels.Native;

/// <summary>Which status an exception becomes.</summary>
internal static class Faults
{
    /// <summary>The status; <paramref name="otherwise"/> for an <see cref="ActionableException"/> whose kind the call knows.</summary>
    public static ControlStatus Status(Exception fault, ControlStatus otherwise) => fault switch
    {
        OutOfDeviceMemoryException or OutOfMemoryException => ControlStatus.OutOfMemory,
        DeviceException => ControlStatus.Device,
        OptionException => ControlStatus.InvalidArgument,
        ActionableException { InnerException: IOException or UnauthorizedAccessException } => ControlStatus.File,
        ActionableException => otherwise,
        ArgumentException => ControlStatus.InvalidArgument,
        _ => ControlStatus.Internal,
    };

    /// <summary>One line for the caller.</summary>
    public static string Text(Exception fault) => fault switch
    {
        OptionException option => option.Naming(OptionsReader.Field),
        ActionableException => fault.Message,
        OutOfMemoryException => "there is too little memory: close other handles or use a smaller network",
        ArgumentException => fault.Message,
        _ => $"a defect of this library: {fault.GetType()}: {fault.Message}; please report it with actionable_build_info()",
    };
}
