using System.Runtime.CompilerServices;
using ActionableModels.Compute.Cpu;

namespace ActionableModels.Compute;

/// <summary>The addresses of tensors in host memory.</summary>
internal static unsafe partial class Check
{
    /// <summary>The float elements of a tensor in host memory.</summary>
    public static float* Floats(Tensor tensor, [CallerArgumentExpression(nameof(tensor))] string name = "")
    {
        Type(tensor, ElementType.Float32, name);
        return (float*)Bytes(tensor, name);
    }

    /// <summary>The same, null for null.</summary>
    public static float* FloatsOrNull(Tensor? tensor, [CallerArgumentExpression(nameof(tensor))] string name = "") =>
        tensor is null ? null : Floats(tensor, name);

    /// <summary>The integer elements of a tensor in host memory.</summary>
    public static int* Integers(Tensor tensor, [CallerArgumentExpression(nameof(tensor))] string name = "")
    {
        Type(tensor, ElementType.Int32, name);
        return (int*)Bytes(tensor, name);
    }

    /// <summary>The first byte of a tensor in host memory.</summary>
    public static byte* Bytes(Tensor tensor, [CallerArgumentExpression(nameof(tensor))] string name = "") => tensor.Memory is CpuMemory memory
        ? memory.Pointer + tensor.Offset
        : throw new ArgumentException($"{name} is not in the memory of a cpu device", name);
}
