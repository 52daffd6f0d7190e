using ActionableModels.Formats.Images;
using ActionableModels.Formats.Sources;

namespace ActionableModels.Formats.Hdf5;

/// <summary>How the images of a dataset lie in it.</summary>
internal enum Hdf5Images
{
    /// <summary>It holds none.</summary>
    None,
    /// <summary>Pixels.</summary>
    Raw,
    /// <summary>A JPEG or PNG file a row, all of one length.</summary>
    Files,
    /// <summary>A JPEG or PNG file a row.</summary>
    Blobs,
}

/// <summary>What the datasets of an episode are, in the terms of <see cref="SourceField"/>.</summary>
internal static class Hdf5Schema
{
    /// <summary>Before the names of attributes of an episode.</summary>
    public const string Attributes = "attributes/";

    /// <summary>Smallest side of an image without channels, which tables of numbers also look like.</summary>
    private const int SmallestGrey = 8;

    /// <summary>How images lie in a dataset.</summary>
    /// <param name="entry">The dataset.</param>
    /// <param name="files">Whether rows of bytes are image files, as a description beside the data says.</param>
    public static Hdf5Images Images(Hdf5Entry entry, bool files) => entry switch
    {
        { Kind: Hdf5Kind.Blobs, Sizes.Length: 1 } => Hdf5Images.Blobs,
        { IsBytes: true, Sizes.Length: 2 } when files => Hdf5Images.Files,
        { IsBytes: true } when Size(entry) is not null => Hdf5Images.Raw,
        _ => Hdf5Images.None,
    };

    /// <summary>Size of raw images; null where rows are none.</summary>
    public static RawImage? Size(Hdf5Entry entry) => entry.Sizes switch
    {
        [_, > 0 and <= 16384 and var height, > 0 and <= 16384 and var width, 1 or 3 or 4] => new((int)height, (int)width, (int)entry.Sizes[3]),
        [_, >= SmallestGrey and <= 16384 and var height, >= SmallestGrey and <= 16384 and var width] => new((int)height, (int)width, 1),
        _ => null,
    };

    /// <summary>A dataset as a field; null where it holds nothing that can be read.</summary>
    public static SourceField? Field(Hdf5Entry entry, Hdf5Images images)
    {
        var shape = entry.Sizes.Skip(1).Select(size => (int)Math.Min(size, int.MaxValue)).ToArray();
        if (images is Hdf5Images.Files or Hdf5Images.Blobs) return new(entry.Path, FieldType.Image, "image files", [-1, -1, -1], true);
        if (images == Hdf5Images.Raw) return new(entry.Path, FieldType.Image, entry.DataType, shape, true);
        return entry.Kind switch
        {
            Hdf5Kind.Numbers => new(entry.Path, entry.DataType switch
            {
                "bool" => FieldType.Bool,
                var type when type.StartsWith("float", StringComparison.Ordinal) => FieldType.Float,
                _ => FieldType.Integer,
            }, entry.DataType, shape, entry.Sizes.Length > 0),
            Hdf5Kind.Texts => new(entry.Path, FieldType.Text, entry.DataType, shape, entry.Sizes.Length > 0),
            _ => null,
        };
    }
}
