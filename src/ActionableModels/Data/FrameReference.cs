namespace ActionableModels.Data;

/// <summary>Where one frame's bytes lie in the files that a dataset was indexed from, and what they were then.</summary>
/// <param name="File">Number of the file in <see cref="ExternalFrames.Files"/>.</param>
/// <param name="Offset">First byte.</param>
/// <param name="Length">Number of bytes.</param>
/// <param name="Crc32C">CRC-32C of the bytes, by which a file that was changed since is found out.</param>
public readonly record struct FrameReference(int File, long Offset, int Length, uint Crc32C);
