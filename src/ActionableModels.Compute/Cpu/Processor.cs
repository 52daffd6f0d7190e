using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace ActionableModels.Compute.Cpu;

/// <summary>What the processor calls itself.</summary>
internal static class Processor
{
    /// <summary>The brand string of x86, else the architecture.</summary>
    public static string Name { get; } = Brand() is { Length: > 0 } brand ? brand : $"{RuntimeInformation.ProcessArchitecture} processor";

    private static string Brand()
    {
        const int firstLeaf = unchecked((int)0x80000002), leaves = 3;
        if (!X86Base.IsSupported || (uint)X86Base.CpuId(unchecked((int)0x80000000), 0).Eax < 0x80000004) return "";
        Span<int> words = stackalloc int[4 * leaves];
        for (var i = 0; i < leaves; i++) (words[4 * i], words[4 * i + 1], words[4 * i + 2], words[4 * i + 3]) = X86Base.CpuId(firstLeaf + i, 0);
        return System.Text.Encoding.ASCII.GetString(MemoryMarshal.AsBytes(words)).Trim('\0', ' ');
    }
}
