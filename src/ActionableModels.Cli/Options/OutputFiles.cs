using ActionableModels.Compute;
using ActionableModels.Imaging;
using ActionableModels.Storage;

namespace ActionableModels.Cli;

/// <summary>Files that commands write: checked before the work, written whole or not at all.</summary>
internal static class OutputFiles
{
    /// <summary>Throws early for files that cannot be written.</summary>
    /// <exception cref="ActionableException">A path names a folder, or lies below a file.</exception>
    public static void Check(params IEnumerable<string?> paths)
    {
        foreach (var path in paths.OfType<string>())
        {
            if (path.Length == 0 || Directory.Exists(path))
                throw new ActionableException($"'{path}' is a folder: give the path of a file to write");
            var folder = Path.GetDirectoryName(Path.GetFullPath(path));
            while (folder is not null && !Path.Exists(folder)) folder = Path.GetDirectoryName(folder);
            if (File.Exists(folder)) throw new ActionableException($"{path}: cannot be written, {folder} is a file: choose another folder");
        }
    }

    /// <summary>Writes an object as JSON.</summary>
    public static void WriteJson(string path, object value)
    {
        Prepare(path);
        RunFolder.WriteJson(path, value);
    }

    /// <summary>Writes an image.</summary>
    public static void WritePng(string path, RgbImage image) => WriteBytes(path, Png.Encode(image));

    /// <summary>Writes bytes.</summary>
    public static void WriteBytes(string path, byte[] bytes)
    {
        Prepare(path);
        AtomicFile.WriteBytes(path, bytes);
    }

    /// <summary>Creates the folder of a file.</summary>
    public static void Prepare(string path) => AtomicFile.CreateFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
}
