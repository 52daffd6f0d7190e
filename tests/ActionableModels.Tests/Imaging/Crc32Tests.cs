using System.Text;
using ActionableModels.Imaging;

namespace ActionableModels.Tests.Imaging;

public class Crc32Tests
{
    // The check value of the catalogue of CRC algorithms, and zlib's crc32 of the others.
    [Theory]
    [InlineData("", 0)]
    [InlineData("a", 0xE8B7BE43)]
    [InlineData("123456789", 0xCBF43926)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x414FA339)]
    public void Known_checksums(string text, uint crc) => Assert.Equal(crc, Crc32.Of(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Bytes_at_a_time_and_alone_give_the_same_at_any_place()
    {
        var bytes = new byte[200];
        new Random(1).NextBytes(bytes);
        for (var first = 0; first < 16; first++)
            for (var length = 0; length <= 100; length++)
            {
                var part = bytes.AsSpan(first, length);
                Assert.Equal(BitByBit(part), Crc32.Of(part));
                var cut = length * 2 / 3;
                Assert.Equal(BitByBit(part), Crc32.Of(part[cut..], Crc32.Of(part[..cut])));
            }
    }

    private static uint BitByBit(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
        }
        return ~crc;
    }
}
