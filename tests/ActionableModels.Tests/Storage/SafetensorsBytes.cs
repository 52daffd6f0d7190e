using System.Text;

namespace ActionableModels.Tests.Storage;

/// <summary>Puts safetensors files together from a header as written, right or wrong.</summary>
internal static class SafetensorsBytes
{
    public static byte[] Of(string header, ReadOnlySpan<byte> data) => Of(Encoding.UTF8.GetBytes(header), data);

    public static byte[] Of(ReadOnlySpan<byte> header, ReadOnlySpan<byte> data) => [.. BitConverter.GetBytes((ulong)header.Length), .. header, .. data];
}
