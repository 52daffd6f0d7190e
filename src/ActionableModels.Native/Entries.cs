using System.Runtime.InteropServices;
using ActionableModels.Actions;
using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Compute.Kernels;
using ActionableModels.Control;
using ActionableModels.Networks;

namespace ActionableModels.Native;

/// <summary>
/// What dispatch.c calls; managed_entries in managed.h is the same table. Pointers were checked there. No exception passes: an unmanaged frame
/// above would end the process.
/// </summary>
internal static unsafe class Entries
{
    [StructLayout(LayoutKind.Sequential)]
    public struct Table
    {
        public delegate* unmanaged<byte*, byte*, nuint, NativeOptions*, nint*, void**, byte*, nuint, ControlStatus> Open;
        public delegate* unmanaged<nint, void> Close;
        public delegate* unmanaged<nint, NativeDescription*, ControlStatus> Describe;
        public delegate* unmanaged<nint, byte*, nuint, ControlStatus> SetGoal;
        public delegate* unmanaged<nint, NativeObservation*, Decision*, ControlStatus> Act;
        public delegate* unmanaged<nint, NativeObservation*, float*, nuint, float*, ControlStatus> Evaluate;
        public delegate* unmanaged<nint, ControlStatus> Reset;
        public delegate* unmanaged<nint, byte*, byte*, nuint, byte*, nuint, ControlStatus> Swap;
        public delegate* unmanaged<nint, byte*, nuint, ControlStatus> Message;
        public delegate* unmanaged<void> Attach;
    }

    /// <summary>Fills in the table; the first call of a process starts the runtime.</summary>
    [UnmanagedCallersOnly(EntryPoint = "actionable_managed_entries")]
    public static void Fill(Table* table, delegate* unmanaged<byte*, nuint*, byte*> kernels)
    {
        KernelResources.Outside = kernels;
        // Before a thread is prepared, which is not where helpers belong.
        Affinity.Remember();
        *table = new()
        {
            Open = &Open,
            Close = &Close,
            Describe = &Describe,
            SetGoal = &SetGoal,
            Act = &Act,
            Evaluate = &Evaluate,
            Reset = &Reset,
            Swap = &Swap,
            Message = &Message,
            Attach = &Attach,
        };
    }

    [UnmanagedCallersOnly]
    private static ControlStatus Open(byte* path, byte* bytes, nuint count, NativeOptions* options, nint* handle, void** block, byte* message,
        nuint capacity)
    {
        try
        {
            var model = Model(path, bytes, count);
            var opened = new ControllerHandle(model, options);
            model.Recycle();
            *block = opened.Controller.Block;
            *handle = GCHandle.ToIntPtr(GCHandle.Alloc(opened));
            return ControlStatus.Ok;
        }
        catch (Exception fault)
        {
            NativeText.Write(Faults.Text(fault), message, capacity);
            return Faults.Status(fault, ControlStatus.BadModel);
        }
    }

    [UnmanagedCallersOnly]
    private static void Close(nint handle)
    {
        try
        {
            Of(handle).Dispose();
            GCHandle.FromIntPtr(handle).Free();
        }
        catch (Exception)
        {
            // Nothing is left that could be told of it.
        }
    }

    [UnmanagedCallersOnly]
    private static ControlStatus Describe(nint handle, NativeDescription* description)
    {
        try
        {
            *description = Description(Of(handle));
            return ControlStatus.Ok;
        }
        catch (Exception fault)
        {
            return Faults.Status(fault, ControlStatus.Internal);
        }
    }

    [UnmanagedCallersOnly]
    private static ControlStatus SetGoal(nint handle, byte* image, nuint bytes)
    {
        var opened = Of(handle);
        try
        {
            return opened.Returned(opened.Controller.SetGoal(Image(image, bytes)));
        }
        catch (Exception fault)
        {
            return opened.Failed(fault);
        }
    }

    [UnmanagedCallersOnly]
    private static ControlStatus Act(nint handle, NativeObservation* observation, Decision* decision)
    {
        var opened = Of(handle);
        try
        {
            var image = Image(observation->Image, observation->ImageBytes);
            var status = opened.Controller.Act(image, observation->State, observation->CapturedNs, out *decision);
            return opened.Acted(status, decision->Interventions);
        }
        catch (Exception fault)
        {
            *decision = new() { Q = -1, CapturedNs = observation->CapturedNs, Status = opened.Failed(fault) };
            opened.Controller.Hold.CopyTo(decision->Action);
            return decision->Status;
        }
    }

    [UnmanagedCallersOnly]
    private static ControlStatus Evaluate(nint handle, NativeObservation* observation, float* actions, nuint count, float* q)
    {
        var opened = Of(handle);
        try
        {
            return opened.Returned(opened.Controller.Evaluate(Image(observation->Image, observation->ImageBytes), observation->State,
                new(actions, (int)count * ActionSpace.Dimensions), new(q, (int)count)));
        }
        catch (Exception fault)
        {
            return opened.Failed(fault);
        }
    }

    [UnmanagedCallersOnly]
    private static ControlStatus Reset(nint handle)
    {
        var opened = Of(handle);
        try
        {
            return opened.Returned(opened.Controller.Reset());
        }
        catch (Exception fault)
        {
            return opened.Failed(fault);
        }
    }

    [UnmanagedCallersOnly]
    private static ControlStatus Swap(nint handle, byte* path, byte* bytes, nuint count, byte* message, nuint capacity)
    {
        var opened = Of(handle);
        PolicyModel? model = null;
        try
        {
            opened.Controller.Swap(() => model = Model(path, bytes, count));
            opened.TellOfSwap();
            return ControlStatus.Ok;
        }
        catch (Exception fault)
        {
            opened.TellOfDevice();
            NativeText.Write(Faults.Text(fault), message, capacity);
            opened.Log(LogLevel.Warning, $"a swap was refused, the old model goes on: {Faults.Text(fault)}");
            return Faults.Status(fault, ControlStatus.BadModel);
        }
        finally
        {
            model?.Recycle();
        }
    }

    [UnmanagedCallersOnly]
    private static ControlStatus Message(nint handle, byte* message, nuint capacity)
    {
        try
        {
            NativeText.Write(Of(handle).Message, message, capacity);
            return ControlStatus.Ok;
        }
        catch (Exception fault)
        {
            return Faults.Status(fault, ControlStatus.Internal);
        }
    }

    [UnmanagedCallersOnly]
    private static void Attach() { }

    private static ControllerHandle Of(nint handle) => (ControllerHandle)GCHandle.FromIntPtr(handle).Target!;

    private static ReadOnlySpan<byte> Image(byte* image, nuint bytes) => image == null ? [] : new(image, (int)Math.Min(bytes, int.MaxValue));

    private static PolicyModel Model(byte* path, byte* bytes, nuint count)
    {
        if (path != null) return PolicyModel.Read(NativeText.Read(path)!);
        using var memory = new CallersMemory(bytes, checked((int)count));
        return PolicyModel.Parse(memory.Memory, "the model in memory");
    }

    private static NativeDescription Description(ControllerHandle opened)
    {
        var controller = opened.Controller;
        var (model, settings) = (controller.InUse, controller.Options);
        var header = model.Header;
        var description = new NativeDescription
        {
            TrainingStep = header.Step,
            Parameters = new ParameterLayout(header.Network).Count,
            MemoryBytes = model.MemoryBytes,
            LockedBytes = model.LockedBytes,
            CameraHeight = header.CameraHeight,
            CameraWidth = header.CameraWidth,
            HasQ = model.HasQ ? 1 : 0,
            CemIterations = settings.Cem.Iterations,
            CemSamples = settings.Cem.Samples,
            CemElites = settings.Cem.Elites,
            BudgetMs = settings.Budget?.TotalMilliseconds ?? 0,
            DeadlineMs = settings.Deadline?.TotalMilliseconds ?? double.PositiveInfinity,
            MaxImageAgeMs = settings.MaxImageAge?.TotalMilliseconds ?? double.PositiveInfinity,
            WarmUpMs = model.WarmUp.TotalMilliseconds,
        };
        NativeText.Write(header.Network.Name, description.Network);
        NativeText.Write(header.Settings.Method, description.Method);
        NativeText.Write(model.Device, description.Device);
        controller.Low.CopyTo(description.Low);
        controller.High.CopyTo(description.High);
        controller.Rate.CopyTo(description.Rate);
        controller.Hold.CopyTo(description.Hold);
        return description;
    }
}
