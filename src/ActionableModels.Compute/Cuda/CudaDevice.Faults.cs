using System.Diagnostics.CodeAnalysis;

namespace ActionableModels.Compute.Cuda;

public sealed unsafe partial class CudaDevice
{
    /// <summary>Throws, and from then on refuses all work, unless the driver's result is success.</summary>
    /// <param name="result">What the function returned.</param>
    /// <param name="function">The driver's function.</param>
    /// <param name="kernel">The kernel it was about, if any.</param>
    internal void Check(int result, string function, string? kernel = null)
    {
        if (result != 0) Fail(result, function, kernel);
    }

    /// <summary>Before any work: refuses it on a device that failed, and makes the context the calling thread's.</summary>
    internal void Enter()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (fault is not null) throw new DeviceException(fault);
        // The caller may be on another thread than before, and other libraries may have chosen another context.
        Check(Driver.ContextSetCurrent(Context), "cuCtxSetCurrent");
    }

    /// <summary>An event without a time stamp.</summary>
    internal nint CreateEvent()
    {
        const uint noTime = 2;
        nint created;
        Check(Driver.EventCreate(&created, noTime), "cuEventCreate");
        return created;
    }

    /// <summary>Gives a block back; nothing where the device is gone.</summary>
    internal void Free(CudaMemory block)
    {
        if (!blocks.Remove(block)) return;
        allocated -= block.Bytes;
        Driver.ContextSetCurrent(Context);
        // Queued work may still use it.
        Driver.StreamSynchronize(Stream);
        Driver.MemoryFree(block.Address);
    }

    private void RefuseInSequence(string operation)
    {
        if (running is not null) throw new InvalidOperationException($"{operation} inside a sequence: the work has only been recorded; do it after Run");
    }

    [DoesNotReturn]
    private void Fail(int result, string function, string? kernel)
    {
        var place = $"{function}{(kernel is null ? "" : $" of {kernel}")}";
        if (result == CudaDriver.OutOfMemory)
            throw new OutOfDeviceMemoryException($"the cuda device has too little memory left at {place}: use a smaller batch or end other programs on it");
        fault = $"the cuda device failed: {Driver.Describe(result)} at {place}; what is on disk is whole: start again from the last checkpoint; " +
            "if it happens again look at nvidia-smi or choose another device";
        throw new DeviceException(fault);
    }
}
