using ActionableModels.Compute;
using ActionableModels.Control;

namespace ActionableModels.Native;

/// <summary>What an actionable_policy stands for: a controller, the text of its last fault and its log.</summary>
internal sealed unsafe class ControllerHandle : IDisposable
{
    private const Interventions HasText = Interventions.Fault | Interventions.WrongSize | Interventions.NonFiniteOutput;

    private readonly delegate* unmanaged<void*, int, byte*, void> log;
    private readonly void* logData;
    private readonly DeviceChoice choice;
    private readonly bool lockMemory;
    private string? fault, told, found;
    private bool failing;

    /// <summary>Opens the controller of a model.</summary>
    public ControllerHandle(Checkpoints.PolicyModel model, NativeOptions* options)
    {
        log = options->Log;
        logData = options->LogData;
        var settings = OptionsReader.Controller(options);
        choice = OptionsReader.Device(options);
        lockMemory = settings.LockMemory;
        try
        {
            Controller = new PolicyController(OpenDevice, model, settings);
        }
        finally
        {
            TellOfDevice();
        }
        Tell("opened");
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
        // The text is that of the thread inside where another one is turned away.
        if (status is ControlStatus.Ok or ControlStatus.Held or ControlStatus.Busy) return status;
        fault = null;
        if (status is ControlStatus.Device or ControlStatus.OutOfMemory or ControlStatus.Internal) Log(LogLevel.Error, Controller.Message);
        return status;
    }

    /// <summary>The same after a decision. A device that fails holds, and is logged when it begins to: it may fail at each image from then on.</summary>
    public ControlStatus Acted(ControlStatus status, Interventions found)
    {
        if (status == ControlStatus.Ok) failing = false;
        if (status != ControlStatus.Held || (found & HasText) == 0) return Returned(status);
        fault = null;
        if ((found & Interventions.Fault) == 0 || failing) return status;
        failing = true;
        Log(LogLevel.Error, $"decisions are held: {Controller.Message}");
        return status;
    }

    /// <summary>Logs what was swapped in.</summary>
    public void TellOfSwap()
    {
        TellOfDevice();
        Tell("swapped in");
    }

    /// <summary>Logs which device was found, now that no lock is held.</summary>
    public void TellOfDevice() => Log(LogLevel.Info, Interlocked.Exchange(ref found, null));

    /// <summary>Calls the host's log, where there is one.</summary>
    public void Log(LogLevel level, string? line)
    {
        if (log == null || line is null) return;
        var buffer = new byte[System.Text.Encoding.UTF8.GetMaxByteCount(line.Length) + 1];
        fixed (byte* text = buffer)
        {
            NativeText.Write(line, text, (nuint)buffer.Length);
            log(logData, (int)level, text);
        }
    }

    private void Tell(string what)
    {
        var model = Controller.InUse;
        Log(LogLevel.Info, $"{what} network {model.Header.Network.Name} of step {model.Header.Step} on {model.Device}");
        if (lockMemory && model.LockedBytes < model.LockableBytes)
            Log(LogLevel.Warning, $"{model.LockedBytes} of {model.LockableBytes} bytes are locked in memory: raise RLIMIT_MEMLOCK (ulimit -l) "
                + "to keep page faults out of decisions");
    }

    // Each model has a device of its own: what auto has found is told once.
    private Device OpenDevice() => choice.Open(line =>
    {
        if (told != line) found = told = line;
    });

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
