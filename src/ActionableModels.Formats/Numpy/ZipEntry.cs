namespace ActionableModels.Formats.Numpy;

/// <summary>One file of a ZIP archive, as its directory and its local header agree on it.</summary>
/// <param name="Name">Name, levels with slashes between them.</param>
/// <param name="Stored">Whether its bytes lie in the archive as they are; else they are deflated.</param>
/// <param name="Crc32">CRC-32 of its bytes.</param>
/// <param name="PackedBytes">Bytes that it takes in the archive.</param>
/// <param name="Bytes">Its own bytes.</param>
/// <param name="Offset">First of the bytes in the archive.</param>
internal sealed record ZipEntry(string Name, bool Stored, uint Crc32, long PackedBytes, long Bytes, long Offset);
