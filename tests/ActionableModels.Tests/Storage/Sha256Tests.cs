using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using ActionableModels.Compute;
using ActionableModels.Storage;

namespace ActionableModels.Tests.Storage;

public unsafe class Sha256Tests
{
    [Theory]
    [InlineData("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")]
    public void The_examples_of_the_standard_come_out(string text, string expected) => Assert.Equal(expected, Of(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Every_length_and_every_split_give_the_frameworks_hash()
    {
        var bytes = new byte[300];
        new Random(1).NextBytes(bytes);
        for (var length = 0; length <= bytes.Length; length++)
        {
            var expected = Convert.ToHexStringLower(SHA256.HashData(bytes.AsSpan(0, length)));
            for (var split = 0; split <= length; split += 7) Assert.Equal(expected, Of(bytes.AsSpan(0, split), bytes.AsSpan(split, length - split)));
        }
    }

    [Fact]
    public void More_may_follow_a_hash()
    {
        foreach (var sha in All())
        {
            sha.Append("a"u8);
            Assert.NotEqual(sha.Hex(), Of("abc"u8));
            sha.Append("bc"u8);
            Assert.Equal(Of("abc"u8), sha.Hex());
        }
    }

    [Fact]
    public void A_library_that_refuses_at_any_point_is_not_used_and_says_so()
    {
        var (one, zero) = ((nint)(delegate* unmanaged<byte*, int>)&Good, (nint)(delegate* unmanaged<byte*, int>)&Bad);
        var (append, noAppend) = ((nint)(delegate* unmanaged<byte*, byte*, nuint, int>)&GoodAppend, (nint)(delegate* unmanaged<byte*, byte*, nuint, int>)&BadAppend);
        var (end, noEnd) = ((nint)(delegate* unmanaged<byte*, byte*, int>)&GoodEnd, (nint)(delegate* unmanaged<byte*, byte*, int>)&BadEnd);
        foreach (var library in new Sha256Library[] { new(zero, append, end), new(one, noAppend, end), new(one, append, noEnd) })
        {
            Assert.False(library.IsRight);
            Assert.Contains("refuses", Assert.Throws<ActionableException>(() =>
            {
                var sha = new Sha256(false, library);
                sha.Append("abc"u8);
                sha.Hex();
            }).Message);
        }
        // It says that all is well, and gives zeros.
        Assert.False(new Sha256Library(one, append, end).IsRight);
    }

    [UnmanagedCallersOnly]
    private static int Good(byte* context) => 1;

    [UnmanagedCallersOnly]
    private static int Bad(byte* context) => 0;

    [UnmanagedCallersOnly]
    private static int GoodAppend(byte* context, byte* bytes, nuint length) => 1;

    [UnmanagedCallersOnly]
    private static int BadAppend(byte* context, byte* bytes, nuint length) => 0;

    [UnmanagedCallersOnly]
    private static int GoodEnd(byte* hash, byte* context) => 1;

    [UnmanagedCallersOnly]
    private static int BadEnd(byte* hash, byte* context) => 0;

    // The framework's, none, the library that the machine may have, and what this machine uses.
    private static Sha256[] All() => [new(true, null), new(false, null), new(false, Sha256Library.Loaded), new()];

    private static string Of(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second = default)
    {
        var hashes = new List<string>();
        foreach (var sha in All())
        {
            sha.Append(first);
            sha.Append(second);
            hashes.Add(sha.Hex());
        }
        return Assert.Single(hashes.Distinct());
    }
}
