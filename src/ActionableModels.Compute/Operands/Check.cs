using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace ActionableModels.Compute;

/// <summary>Argument checks of the operations. Nothing is formatted unless a check fails.</summary>
internal static partial class Check
{
    /// <summary>Throws unless the condition holds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void That([DoesNotReturnIf(false)] bool condition, string rule, Tensor offender)
    {
        if (!condition) Fail(rule, offender);
    }

    /// <summary>Throws unless a tensor holds elements of the type.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Type(Tensor tensor, ElementType type, string name)
    {
        if (tensor.Type != type) Fail(tensor, type, name);
    }

    [DoesNotReturn]
    private static void Fail(string rule, Tensor offender) => throw new ArgumentException($"{rule}; it is {offender.Shape}, {offender.Type}");

    [DoesNotReturn]
    private static void Fail(Tensor tensor, ElementType type, string name) =>
        throw new ArgumentException($"{name} must be {type}, it is {tensor.Type}", name);
}
