using ActionableModels.Compute;
using ActionableModels.Storage;

namespace ActionableModels.Data;

/// <summary>A file that frames are read from.</summary>
/// <param name="Path">Path below <see cref="ExternalFrames.Folder"/>, with forward slashes, that does not lead out of it.</param>
/// <param name="Bytes">Its length when it was indexed.</param>
public sealed record ExternalFile(string Path, long Bytes);

/// <summary>The files that a dataset's frames are read from in place, and how their bytes become images.</summary>
/// <param name="Folder">Full path of the folder that all files lie in.</param>
/// <param name="Files">The files; a <see cref="FrameReference"/> counts from 0.</param>
/// <param name="Decoding">How a frame's bytes become an image, as the <see cref="IFrameReader"/> wrote it.</param>
public sealed record ExternalFrames(string Folder, IReadOnlyList<ExternalFile> Files, IReadOnlyDictionary<string, string> Decoding)
{
    /// <summary>Checks the paths and returns this.</summary>
    /// <param name="where">File, for the message.</param>
    /// <exception cref="ActionableException">A path is not one below the folder.</exception>
    public ExternalFrames Checked(string where)
    {
        if (!Path.IsPathFullyQualified(Folder))
            throw new ActionableException($"{where}: the folder of its frames, {FileFault.Quote(Folder)}, is no full path: import the data again");
        if (Files.FirstOrDefault(file => !IsBelow(file.Path) || file.Bytes < 0) is { } bad)
            throw new ActionableException(
                $"{where}: {FileFault.Quote(bad.Path)} is no path below the folder of its frames: import the data again");
        return this;
    }

    /// <summary>Whether a relative path, with forward slashes, stays below the folder that it starts from.</summary>
    public static bool IsBelow(string path) => path.Length > 0 && !path.Contains('\\') && !path.Contains('\0') && !Path.IsPathRooted(path)
        && path.Split('/').All(part => part is not ("" or "." or ".."));
}
