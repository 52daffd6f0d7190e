using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ActionableModels.Actions;
using ActionableModels.Control;

namespace ActionableModels.Native;

/// <summary>What is switched off: ACTIONABLE_WITHOUT_… of actionable.h.</summary>
[Flags]
public enum Without : uint
{
    /// <summary>Cutting actions to the box.</summary>
    Box = 1 << 0,
    /// <summary>Limiting changes between actions.</summary>
    RateLimit = 1 << 1,
    /// <summary>Refusing blank images.</summary>
    ImageCheck = 1 << 2,
    /// <summary>Refusing stale images.</summary>
    AgeCheck = 1 << 3,
    /// <summary>Refusing states out of range.</summary>
    StateCheck = 1 << 4,
    /// <summary>Late decisions and the watchdog.</summary>
    Deadline = 1 << 5,
    /// <summary>Locking memory.</summary>
    MemoryLock = 1 << 6,
}

/// <summary>The robot's state.</summary>
[InlineArray(ActionSpace.StateDimensions)]
public struct StateValues
{
    private float first;
}

/// <summary>actionable_options of actionable.h, whose comments say what each field is.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct NativeOptions
{
#pragma warning disable CS1591 // documented in actionable.h
    public uint Size;
    public Without Flags;
    public byte* Device;
    public byte* Precision;
    public int Threads;
    public int Core;
    public int Priority;
    public int CemIterations;
    public int CemSamples;
    public int CemElites;
    public ulong Seed;
    public double BudgetMs;
    public double DeadlineMs;
    public double MaxImageAgeMs;
    public ActionValues Hold;
    public ActionValues Low;
    public ActionValues High;
    public ActionValues Rate;
    public StateValues StateLow;
    public StateValues StateHigh;
    public delegate* unmanaged<void*, int, byte*, void> Log;
    public void* LogData;
#pragma warning restore CS1591
}
