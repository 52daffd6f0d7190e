using ActionableModels.Actions;
using ActionableModels.Compute;

namespace ActionableModels.Data;

/// <summary>What holds for every episode of a dataset, and how the dataset came to be.</summary>
/// <param name="Task">Task or source, free text.</param>
/// <param name="ImageHeight">Image height in pixels.</param>
/// <param name="ImageWidth">Image width in pixels.</param>
/// <param name="Actions">Action layout and bounds.</param>
/// <param name="Settings">How the dataset was created, free keys and values; appending keeps the first.</param>
/// <param name="Frames">The files that frames are read from, where the shards do not hold the images themselves.</param>
public sealed record DatasetHeader(
    string Task, int ImageHeight, int ImageWidth, ActionSpace Actions, IReadOnlyDictionary<string, string>? Settings = null,
    ExternalFrames? Frames = null)
{
    /// <summary>Largest image height and width.</summary>
    public const int LargestImageSide = 16384;

    /// <summary>Names of the numbers of a state, in order: 0 or 1, and metres.</summary>
    public static IReadOnlyList<string> StateNames { get; } = ["gripper_closed", "height"];

    /// <summary>Bytes of one image.</summary>
    public int ImageBytes => ImageHeight * ImageWidth * 3;

    /// <summary>Checks the header and returns it.</summary>
    /// <param name="where">File or folder, for the message.</param>
    /// <exception cref="ActionableException">The image size or the action space is not valid.</exception>
    public DatasetHeader Checked(string where)
    {
        if (ImageHeight is < 1 or > LargestImageSide || ImageWidth is < 1 or > LargestImageSide)
            throw new ActionableException(
                $"{where}: images of {ImageHeight}×{ImageWidth} pixels (height × width): give sizes from 1 to {LargestImageSide}");
        Actions.Checked(where);
        Frames?.Checked(where);
        return this;
    }
}
