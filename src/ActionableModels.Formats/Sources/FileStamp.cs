namespace ActionableModels.Formats.Sources;

/// <summary>What tells whether a file is still the same. Files are never opened for it, so that it is safe on anything that lies there.</summary>
/// <param name="Exists">Whether there is a file.</param>
/// <param name="Length">Its length; 0 for devices and pipes, which are never opened for that reason.</param>
/// <param name="Written">When it was last written to.</param>
internal readonly record struct FileStamp(bool Exists, long Length, DateTime Written)
{
    /// <summary>The stamp of a file, or of what a link there leads to.</summary>
    /// <exception cref="IOException">Links lead in a circle, or the disk fails.</exception>
    public static FileStamp Of(string path)
    {
        var file = new FileInfo(DatasetLinks.Real(path));
        return file.Exists && !file.Attributes.HasFlag(FileAttributes.Directory) ? new(true, file.Length, file.LastWriteTimeUtc) : default;
    }
}
