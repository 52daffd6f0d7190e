using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ActionableModels.Control;

namespace ActionableModels.Native;

/// <summary>A short text that ends with a zero byte.</summary>
[InlineArray(64)]
public struct ShortText
{
    private byte first;
}

/// <summary>A longer text that ends with a zero byte.</summary>
[InlineArray(128)]
public struct LongText
{
    private byte first;
}

/// <summary>actionable_description of actionable.h, whose comments say what each field is.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct NativeDescription
{
#pragma warning disable CS1591 // documented in actionable.h
    public ShortText Network;
    public ShortText Method;
    public LongText Device;
    public long TrainingStep;
    public long Parameters;
    public long MemoryBytes;
    public long LockedBytes;
    public int CameraHeight;
    public int CameraWidth;
    public int HasQ;
    public int CemIterations;
    public int CemSamples;
    public int CemElites;
    public ActionValues Low;
    public ActionValues High;
    public ActionValues Rate;
    public ActionValues Hold;
    public double BudgetMs;
    public double DeadlineMs;
    public double MaxImageAgeMs;
    public double WarmUpMs;
#pragma warning restore CS1591
}
