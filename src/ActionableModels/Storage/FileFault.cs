using ActionableModels.Compute;

namespace ActionableModels.Storage;

/// <summary>Turns input and output errors into one line that says which file, what was wrong and what to do.</summary>
internal static class FileFault
{
    // errno of Linux and HRESULT of Windows for "no space left" and "quota exceeded".
    static readonly int[] DiskFull = [28, 122, unchecked((int)0x80070070), unchecked((int)0x80070027), unchecked((int)0x8007050F)];

    /// <summary>errno where another process holds a lock: EAGAIN.</summary>
    public static readonly int TryAgain = OperatingSystem.IsLinux() ? 11 : 35;

    // EAGAIN, and the sharing and lock violations of Windows.
    static readonly int[] Busy = [TryAgain, unchecked((int)0x80070020), unchecked((int)0x80070021)];

    /// <summary>Whether a file could not be opened because another process holds it exclusively.</summary>
    public static bool IsBusy(Exception e) => e is IOException && Busy.Contains(e.HResult);

    /// <summary>The fault that another process holds a file.</summary>
    public static IOException Taken() => new("another process holds the file", TryAgain);

    /// <summary>Whether an exception tells of files and folders, not of a fault in this program.</summary>
    public static bool Is(Exception e) => e is IOException or UnauthorizedAccessException;

    /// <summary>The error for a file or folder that could not be written.</summary>
    public static ActionableException Writing(string path, Exception cause) => new(cause switch
    {
        IOException when DiskFull.Contains(cause.HResult) =>
            $"{Show(path)}: cannot be written, the disk is full: free some space or choose another folder",
        _ when IsBusy(cause) =>
            $"{Show(path)}: cannot be written, another process is writing it: wait for it to end or choose another file",
        DirectoryNotFoundException => $"{Show(path)}: cannot be written, its folder does not exist: create the folder or choose another",
        UnauthorizedAccessException =>
            $"{Show(path)}: cannot be written, access is denied: make the folder writable or choose another",
        _ => $"{Show(path)}: cannot be written ({Line(cause.Message)}): check folder and disk, or choose another folder",
    }, cause);

    /// <summary>The error for a file that could not be read.</summary>
    public static ActionableException Reading(string path, Exception cause) => new(cause switch
    {
        FileNotFoundException or DirectoryNotFoundException => $"{Show(path)}: there is no such file: check the path",
        UnauthorizedAccessException =>
            $"{Show(path)}: cannot be read, it is a folder or access is denied: check the path and its permissions",
        _ => $"{Show(path)}: cannot be read ({Line(cause.Message)}): check the path and the disk",
    }, cause);

    /// <summary>A text from a file or a path, fit for one line of a message: control characters replaced, long ones shortened.</summary>
    public static string Show(string text, int longest = 400)
    {
        var line = Line(text);
        return line.Length <= longest ? line : line[..(longest / 2)] + "…" + line[^(longest / 2)..];
    }

    /// <summary>A name from a file in quotes.</summary>
    public static string Quote(string text) => $"\"{Show(text, 80)}\"";

    static string Line(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)) : text;
}
