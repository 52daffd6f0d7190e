using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace ActionableModels.Storage;

/// <summary>
/// SHA-256 (FIPS 180-4) of bytes that come in pieces. Windows and macOS have one that the framework calls. Elsewhere the framework ends the
/// process where there is no OpenSSL, which a bare machine need not have: there OpenSSL is called if it is there, and else this computes itself.
/// </summary>
internal sealed class Sha256
{
    private const int BlockBytes = 64;

    private static readonly uint[] Constants =
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    private readonly uint[] state = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];
    private readonly byte[] rest = new byte[BlockBytes];
    private long length;
    private readonly IncrementalHash? framework;
    private readonly Sha256Library? library;
    private readonly byte[] context = [];

    /// <summary>Begins a hash.</summary>
    public Sha256() : this(OperatingSystem.IsWindows() || OperatingSystem.IsMacOS(), Sha256Library.Loaded)
    {
    }

    /// <summary>Begins a hash with the framework, else with a library, or without either.</summary>
    internal Sha256(bool withFramework, Sha256Library? library)
    {
        if (withFramework) framework = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        else this.library = library;
        if (this.library is null) return;
        context = new byte[Sha256Library.ContextBytes];
        this.library.Begin(context);
    }

    /// <summary>Takes the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (framework is not null)
        {
            framework.AppendData(bytes);
            return;
        }
        if (library is not null)
        {
            library.Append(context, bytes);
            return;
        }
        var held = (int)(length % BlockBytes);
        length += bytes.Length;
        if (held > 0)
        {
            var taken = Math.Min(BlockBytes - held, bytes.Length);
            bytes[..taken].CopyTo(rest.AsSpan(held));
            bytes = bytes[taken..];
            if (held + taken < BlockBytes) return;
            Compress(state, rest);
        }
        for (; bytes.Length >= BlockBytes; bytes = bytes[BlockBytes..]) Compress(state, bytes);
        bytes.CopyTo(rest);
    }

    /// <summary>The hash of the bytes so far, in lower-case hexadecimal; more may follow.</summary>
    public string Hex()
    {
        if (framework is not null) return Convert.ToHexStringLower(framework.GetCurrentHash());
        if (library is not null) return Convert.ToHexStringLower(library.End([.. context]));
        var held = (int)(length % BlockBytes);
        Span<byte> end = stackalloc byte[2 * BlockBytes];
        end.Clear();
        rest.AsSpan(0, held).CopyTo(end);
        end[held] = 0x80;
        // The length in bits fills the last eight bytes; they need a block of their own where the first has no room left.
        end = end[..(held < BlockBytes - 8 ? BlockBytes : 2 * BlockBytes)];
        BinaryPrimitives.WriteInt64BigEndian(end[^8..], 8 * length);
        Span<uint> final = stackalloc uint[8];
        state.CopyTo(final);
        for (; end.Length > 0; end = end[BlockBytes..]) Compress(final, end);
        Span<byte> hash = stackalloc byte[32];
        for (var i = 0; i < final.Length; i++) BinaryPrimitives.WriteUInt32BigEndian(hash[(4 * i)..], final[i]);
        return Convert.ToHexStringLower(hash);
    }

    [SkipLocalsInit]
    private static void Compress(Span<uint> state, ReadOnlySpan<byte> block)
    {
        Span<uint> w = stackalloc uint[64];
        for (var i = 0; i < 16; i++) w[i] = BinaryPrimitives.ReadUInt32BigEndian(block[(4 * i)..]);
        for (var i = 16; i < 64; i++)
        {
            uint x = w[i - 15], y = w[i - 2];
            w[i] = w[i - 16] + (uint.RotateRight(x, 7) ^ uint.RotateRight(x, 18) ^ (x >> 3))
                + w[i - 7] + (uint.RotateRight(y, 17) ^ uint.RotateRight(y, 19) ^ (y >> 10));
        }
        uint a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
        for (var i = 0; i < 64; i++)
        {
            var one = h + (uint.RotateRight(e, 6) ^ uint.RotateRight(e, 11) ^ uint.RotateRight(e, 25)) + ((e & f) ^ (~e & g)) + Constants[i] + w[i];
            var two = (uint.RotateRight(a, 2) ^ uint.RotateRight(a, 13) ^ uint.RotateRight(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
            (h, g, f, e, d, c, b, a) = (g, f, e, d + one, c, b, a, one + two);
        }
        (state[0], state[1], state[2], state[3]) = (state[0] + a, state[1] + b, state[2] + c, state[3] + d);
        (state[4], state[5], state[6], state[7]) = (state[4] + e, state[5] + f, state[6] + g, state[7] + h);
    }
}
