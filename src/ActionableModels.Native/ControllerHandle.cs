using ActionableModels.Compute;
using ActionableModels.Control;

namespace ActionableModels.Native;

/// <summary>What an actionable_policy stands for: a controller, the text of its last fault and its log.</summary>
internal sealed unsafe class ControllerHandle : IDisposable
{
    private readonly delegate* unmanaged<void*, int, byte*, void> log;
    private readonly void* logData;
    private readonly DeviceChoice choice;
    private string? fault, told;

    /// <summary>Opens the controller of a model.</summary>
    public ControllerHandle(Checkpoints.PolicyModel model, NativeOptions* options)
    {
        log = options->Log;
        logData = options->LogData;
        var settings = OptionsReader.Controller(options);
        choice = OptionsReader.Device(options);
        Controller = new PolicyController(OpenDevice, model, settings);
        Log(LogLevel.Info, $"opened network {model.Header.Network.Name} on {Controller.DeviceDescription}");
        if (settings.LockMemory && Controller.LockedBytes < Controller.MemoryBytes)
            Log(LogLevel.Warning, $"{Controller.LockedBytes} of {Controller.MemoryBytes} bytes are locked in memory: raise RLIMIT_MEMLOCK (ulimit -l) "
                + "to keep page faults out of decisions");
    }

    /// <summary>The controller.</summary>
    public PolicyController Controller { get; }
    /// <summary>Text of the last error; empty if there was none.</summary>
    public string Message => fault ?? Controller.Message;

    /// <summary>Notes a defect: an exception that the controller did not expect.</summary>
    public ControlStatus Failed(Exception exception)
    {
        fault = Faults.Text(exception);
        Log(LogLevel.Error, fault);
        return Faults.Status(exception, ControlStatus.Internal);
    }

    /// <summary>Passes on what the controller returned; what only a person can mend is logged.</summary>
    public ControlStatus Returned(ControlStatus status)
    {
        if (status is ControlStatus.Ok or ControlStatus.Held) return status;
        fault = null;
        if (status is ControlStatus.Device or ControlStatus.OutOfMemory or ControlStatus.Internal) Log(LogLevel.Error, Controller.Message);
        return status;
    }

    /// <summary>Calls the host's log, where there is one.</summary>
    public void Log(LogLevel level, string? line)
    {
        if (log == null || line is null) return;
        fixed (byte* text = new byte[System.Text.Encoding.UTF8.GetMaxByteCount(line.Length) + 1])
        {
            NativeText.Write(line, text, (nuint)System.Text.Encoding.UTF8.GetMaxByteCount(line.Length) + 1);
            log(logData, (int)level, text);
        }
    }

    // Each model has a device of its own: what auto has found is told once.
    private Device OpenDevice() => choice.Open(line => Log(LogLevel.Info, told == line ? null : told = line));

    /// <inheritdoc/>
    public void Dispose() => Controller.Dispose();
}

/// <summary>ACTIONABLE_LOG_… of actionable.h.</summary>
internal enum LogLevel
{
    Info,
    Warning,
    Error,
}
