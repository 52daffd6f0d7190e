using ActionableModels.Actions;
using ActionableModels.Cli.Bench;

namespace ActionableModels.Cli.Latency;

/// <summary>
/// Camera images and states that decisions go round: all different, so that nothing is measured on one constant input, and more than the
/// first caches hold, as images that a camera just delivered are not in them either.
/// </summary>
internal sealed class ImageRing
{
    private const int Fewest = 8, Most = 256, Bytes = 16 << 20;
    private readonly byte[] images;
    private readonly float[] states;
    private readonly int size;

    /// <summary>Draws the images of a camera.</summary>
    public ImageRing(int height, int width)
    {
        size = height * width * 3;
        Count = Math.Clamp(Bytes / size, Fewest, Most);
        (images, states) = (RandomInputs.Images(Count, height, width, 0), RandomInputs.States(Count));
        Goal = RandomInputs.Images(1, height, width, 1);
    }

    /// <summary>Images of the ring.</summary>
    public int Count { get; }

    /// <summary>A goal image that is not in the ring.</summary>
    public byte[] Goal { get; }

    /// <summary>The image of a place in the ring.</summary>
    public ReadOnlySpan<byte> Image(int place) => images.AsSpan(place * size, size);

    /// <summary>The robot's state with it.</summary>
    public ReadOnlySpan<float> State(int place) => states.AsSpan(place * ActionSpace.StateDimensions, ActionSpace.StateDimensions);
}
