using ActionableModels.Compute.Cpu;

namespace ActionableModels.Compute.Tests;

public sealed unsafe class ByteRowsTests
{
    /// <summary>Every byte at every place of a vector, and rows that end in part of one.</summary>
    [Fact]
    public void Every_byte_is_rounded_as_the_division_is()
    {
        var bytes = new byte[256 + 32 + 5];
        var numbers = new float[bytes.Length];
        for (var shift = 0; shift < 32; shift++)
        {
            for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)(i + shift);
            fixed (byte* x = bytes)
            fixed (float* y = numbers)
                ByteRows.ToUnit(x, bytes.Length, y);
            for (var i = 0; i < bytes.Length; i++) Assert.Equal(bytes[i] / 255f, numbers[i]);
        }
    }
}
