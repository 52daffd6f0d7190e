using System.Runtime.InteropServices;

namespace ActionableModels.Native;

/// <summary>actionable_observation of actionable.h, whose comments say what each field is.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct NativeObservation
{
#pragma warning disable CS1591 // documented in actionable.h
    public byte* Image;
    public nuint ImageBytes;
    public StateValues State;
    public long CapturedNs;
#pragma warning restore CS1591
}
