using System.Numerics;

namespace ActionableModels.Compute.Kernels;

/// <summary>
/// What kernels divide numbers below 2³¹ with (kernels/portable/divisor.h): q = (high half of n·multiplier + n) / 2^shift.
/// T. Granlund, P. Montgomery: Division by Invariant Integers using Multiplication. PLDI 1994, figure 4.1.
/// </summary>
internal readonly struct Divisor
{
    private readonly uint multiplier;
    private readonly int shift;

    /// <summary>Division by a number of 0 … 2³¹ − 1; 0, of which no kernel asks a quotient, counts as 1.</summary>
    public Divisor(int number)
    {
        var d = (uint)Math.Max(number, 1);
        shift = d == 1 ? 0 : 32 - BitOperations.LeadingZeroCount(d - 1);
        multiplier = (uint)(((1UL << 32) * ((1UL << shift) - d)) / d + 1);
    }

    /// <summary>The quotient, as kernels compute it.</summary>
    public int Divide(int n) => (int)((uint)(((ulong)(uint)n * multiplier) >> 32) + (uint)n >> shift);
}
