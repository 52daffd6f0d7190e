using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace ActionableModels.Compute.Cpu;

/// <summary>Argument checks of the operations. Nothing is formatted unless a check fails.</summary>
internal static unsafe class Check
{
    /// <summary>Throws unless the condition holds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void That([DoesNotReturnIf(false)] bool condition, string rule, Tensor offender)
    {
        if (!condition) Fail(rule, offender);
    }

    /// <summary>The float elements of a tensor in host memory.</summary>
    public static float* Floats(Tensor tensor, [CallerArgumentExpression(nameof(tensor))] string name = "")
    {
        if (tensor.Type != ElementType.Float32) throw new ArgumentException($"{name} must be Float32, it is {tensor.Type}", name);
        return (float*)Bytes(tensor, name);
    }

    /// <summary>The same, null for null.</summary>
    public static float* FloatsOrNull(Tensor? tensor, [CallerArgumentExpression(nameof(tensor))] string name = "") =>
        tensor is null ? null : Floats(tensor, name);

    /// <summary>The integer elements of a tensor in host memory.</summary>
    public static int* Integers(Tensor tensor, [CallerArgumentExpression(nameof(tensor))] string name = "")
    {
        if (tensor.Type != ElementType.Int32) throw new ArgumentException($"{name} must be Int32, it is {tensor.Type}", name);
        return (int*)Bytes(tensor, name);
    }

    /// <summary>The first byte of a tensor in host memory.</summary>
    public static byte* Bytes(Tensor tensor, [CallerArgumentExpression(nameof(tensor))] string name = "") => tensor.Memory is CpuMemory memory
        ? memory.Pointer + tensor.Offset
        : throw new ArgumentException($"{name} is not in the memory of a cpu device", name);

    [DoesNotReturn]
    private static void Fail(string rule, Tensor offender) => throw new ArgumentException($"{rule}; it is {offender.Shape}, {offender.Type}");
}
