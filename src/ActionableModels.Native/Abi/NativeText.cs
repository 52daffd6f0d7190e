using System.Runtime.InteropServices;
using System.Text.Unicode;

namespace ActionableModels.Native;

/// <summary>Texts on their way into and out of C.</summary>
internal static unsafe class NativeText
{
    /// <summary>Writes a text as one line of UTF-8 with a zero byte after it, cut between characters where it is too long.</summary>
    public static void Write(string text, Span<byte> buffer)
    {
        if (buffer.IsEmpty) return;
        Utf8.FromUtf16(text, buffer[..^1], out _, out var written);
        buffer[written] = 0;
        foreach (ref var each in buffer[..written])
            if (each is (byte)'\n' or (byte)'\r') each = (byte)' ';
    }

    /// <summary>The same into a caller's buffer, which may be null.</summary>
    public static void Write(string text, byte* buffer, nuint capacity)
    {
        if (buffer != null) Write(text, new Span<byte>(buffer, (int)Math.Min(capacity, 1 << 20)));
    }

    /// <summary>A text of C; null where there is none.</summary>
    public static string? Read(byte* text) => Marshal.PtrToStringUTF8((nint)text);
}
