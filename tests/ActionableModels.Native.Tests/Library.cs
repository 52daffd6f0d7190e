using System.Runtime.InteropServices;
using ActionableModels.Control;

namespace ActionableModels.Native.Tests;

/// <summary>libactionable.so as a C program sees it.</summary>
internal static unsafe class Library
{
    private static readonly nint file = NativeLibrary.Load(NativeLibraryFile.Path);

    public static readonly delegate* unmanaged<NativeOptions*, nuint, ControlStatus> OptionsDefault =
        (delegate* unmanaged<NativeOptions*, nuint, ControlStatus>)Export("options_default");
    public static readonly delegate* unmanaged<byte*, NativeOptions*, void**, byte*, nuint, ControlStatus> OpenFile =
        (delegate* unmanaged<byte*, NativeOptions*, void**, byte*, nuint, ControlStatus>)Export("open");
    public static readonly delegate* unmanaged<byte*, nuint, NativeOptions*, void**, byte*, nuint, ControlStatus> OpenMemory =
        (delegate* unmanaged<byte*, nuint, NativeOptions*, void**, byte*, nuint, ControlStatus>)Export("open_memory");
    public static readonly delegate* unmanaged<void*, void> Close = (delegate* unmanaged<void*, void>)Export("close");
    public static readonly delegate* unmanaged<void*, NativeDescription*, ControlStatus> Describe =
        (delegate* unmanaged<void*, NativeDescription*, ControlStatus>)Export("describe");
    public static readonly delegate* unmanaged<void*, byte*, nuint, ControlStatus> SetGoal =
        (delegate* unmanaged<void*, byte*, nuint, ControlStatus>)Export("set_goal");
    public static readonly delegate* unmanaged<void*, NativeObservation*, Decision*, ControlStatus> Act =
        (delegate* unmanaged<void*, NativeObservation*, Decision*, ControlStatus>)Export("act");
    public static readonly delegate* unmanaged<void*, NativeObservation*, float*, nuint, float*, ControlStatus> Evaluate =
        (delegate* unmanaged<void*, NativeObservation*, float*, nuint, float*, ControlStatus>)Export("evaluate");
    public static readonly delegate* unmanaged<void*, Decision*, ControlStatus> Newest =
        (delegate* unmanaged<void*, Decision*, ControlStatus>)Export("newest");
    public static readonly delegate* unmanaged<void*, ControlCounters*, ControlStatus> CountersRead =
        (delegate* unmanaged<void*, ControlCounters*, ControlStatus>)Export("counters_read");
    public static readonly delegate* unmanaged<void*, double, long*, ControlStatus> Latency =
        (delegate* unmanaged<void*, double, long*, ControlStatus>)Export("latency");
    public static readonly delegate* unmanaged<void*, ControlStatus> Reset = (delegate* unmanaged<void*, ControlStatus>)Export("reset");
    public static readonly delegate* unmanaged<void*, byte*, byte*, nuint, ControlStatus> SwapFile =
        (delegate* unmanaged<void*, byte*, byte*, nuint, ControlStatus>)Export("swap");
    public static readonly delegate* unmanaged<void*, byte*, nuint, byte*, nuint, ControlStatus> SwapMemory =
        (delegate* unmanaged<void*, byte*, nuint, byte*, nuint, ControlStatus>)Export("swap_memory");
    public static readonly delegate* unmanaged<void*, byte*, nuint, ControlStatus> Message =
        (delegate* unmanaged<void*, byte*, nuint, ControlStatus>)Export("message");
    public static readonly delegate* unmanaged<int, int, byte*, nuint, ControlStatus> PrepareThread =
        (delegate* unmanaged<int, int, byte*, nuint, ControlStatus>)Export("prepare_thread");
    public static readonly delegate* unmanaged<int, byte*> ActionName = (delegate* unmanaged<int, byte*>)Export("action_name");
    public static readonly delegate* unmanaged<ControlStatus, byte*> StatusText = (delegate* unmanaged<ControlStatus, byte*>)Export("status_text");
    public static readonly delegate* unmanaged<byte*> BuildInfo = (delegate* unmanaged<byte*>)Export("build_info");
    public static readonly delegate* unmanaged<byte*> Version = (delegate* unmanaged<byte*>)Export("version");
    public static readonly delegate* unmanaged<long> NowNs = (delegate* unmanaged<long>)Export("now_ns");

    /// <summary>The defaults.</summary>
    public static NativeOptions Defaults()
    {
        NativeOptions options;
        Assert.Equal(ControlStatus.Ok, OptionsDefault(&options, (nuint)sizeof(NativeOptions)));
        return options;
    }

    /// <summary>Opens a model; the message goes with a status that is not Ok.</summary>
    public static (ControlStatus Status, nint Policy, string Message) Open(string path, NativeOptions options, string? device = null)
    {
        void* policy;
        var message = stackalloc byte[2048];
        fixed (byte* text = Text(path), name = Text(device ?? ""))
        {
            if (device is not null) options.Device = name;
            var status = OpenFile(text, &options, &policy, message, 2048);
            return (status, (nint)policy, Marshal.PtrToStringUTF8((nint)message)!);
        }
    }

    /// <summary>A text as C has it.</summary>
    public static byte[] Text(string text) => System.Text.Encoding.UTF8.GetBytes(text + '\0');

    private static nint Export(string name) => NativeLibrary.GetExport(file, "actionable_" + name);
}
