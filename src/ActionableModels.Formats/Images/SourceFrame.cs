namespace ActionableModels.Formats.Images;

/// <summary>One image as its file holds it.</summary>
/// <param name="Bytes">A whole JPEG or PNG file, or raw pixels.</param>
/// <param name="Raw">Size of raw pixels; null where the bytes are an image file.</param>
/// <param name="Place">Where the bytes lie in their file; null where they are not there as they are (compressed, in chunks).</param>
public readonly record struct SourceFrame(ReadOnlyMemory<byte> Bytes, RawImage? Raw, FramePlace? Place);

/// <summary>Size of raw UInt8 pixels, row-major, channels last.</summary>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Channels">1 (grey), 3 (RGB) or 4 (RGB and one that is ignored).</param>
public readonly record struct RawImage(int Height, int Width, int Channels);

/// <summary>Where a frame's bytes lie.</summary>
/// <param name="File">Number of the file in the source's list.</param>
/// <param name="Offset">First byte.</param>
public readonly record struct FramePlace(int File, long Offset);
