using ActionableModels.Compute;

namespace ActionableModels.Networks;

/// <summary>The network's view of B pairs of camera and goal images: uploads, crops, distorts and converts them.</summary>
public sealed class ImageInput
{
    private readonly Device device;
    private readonly NetworkSpec spec;
    private readonly Tensor current, goal, currentOffsets, goalOffsets, currentDistortion, goalDistortion;

    /// <summary>Plans the input of pairs of camera images.</summary>
    /// <param name="arena">Memory.</param>
    /// <param name="spec">The network.</param>
    /// <param name="batch">Pairs.</param>
    /// <param name="cameraHeight">Height of the camera's images, at least the network's.</param>
    /// <param name="cameraWidth">Their width, at least the network's.</param>
    /// <param name="sharing">An input whose goal images are also this one's.</param>
    /// <param name="apart">
    /// Keeps the two images of a pair apart even where the network stacks them (<see cref="PairEncoder.KeepsGoal"/>).
    /// </param>
    /// <exception cref="ActionableException">The camera's images are smaller than the network's input.</exception>
    public ImageInput(Arena arena, NetworkSpec spec, int batch, int cameraHeight, int cameraWidth, ImageInput? sharing = null,
        bool apart = false)
    {
        if (cameraHeight < spec.ImageHeight || cameraWidth < spec.ImageWidth)
            throw new ActionableException(
                $"images of {cameraHeight}×{cameraWidth} are smaller than the {spec.ImageHeight}×{spec.ImageWidth} input of network '{spec.Name}'; choose a preset for this camera");
        (device, this.spec, Batch, CameraHeight, CameraWidth) = (arena.Device, spec, batch, cameraHeight, cameraWidth);
        var bytes = Shape.Of(batch, cameraHeight, cameraWidth, 3);
        (current, goal) = (arena.Allocate(bytes, ElementType.UInt8), sharing?.goal ?? arena.Allocate(bytes, ElementType.UInt8));
        (currentOffsets, goalOffsets) = (arena.Allocate(Shape.Of(batch, 2), ElementType.Int32),
            arena.Allocate(Shape.Of(batch, 2), ElementType.Int32));
        (currentDistortion, goalDistortion) = (arena.Allocate(Shape.Of(batch, 5)), arena.Allocate(Shape.Of(batch, 5)));
        Apart = apart || spec.GoalMerge == GoalMerge.Towers;
        Current = arena.Allocate(Shape.Of(batch, spec.ImageHeight, spec.ImageWidth, Apart ? 3 : 6));
        Goal = Apart ? arena.Allocate(Shape.Of(batch, spec.ImageHeight, spec.ImageWidth, 3)) : Current;
        var centre = new int[batch * 2];
        for (var i = 0; i < batch; i++)
            (centre[2 * i], centre[2 * i + 1]) = ((cameraHeight - spec.ImageHeight) / 2, (cameraWidth - spec.ImageWidth) / 2);
        device.Upload<int>(centre, currentOffsets);
        device.Upload<int>(centre, goalOffsets);
    }

    /// <summary>Pairs.</summary>
    public int Batch { get; }
    /// <summary>Camera image height.</summary>
    public int CameraHeight { get; }
    /// <summary>Camera image width.</summary>
    public int CameraWidth { get; }
    /// <summary>The tower's input: both images by channel, or the current one alone.</summary>
    public Tensor Current { get; }
    /// <summary>The goal images; <see cref="Current"/> itself when they are stacked on the current ones.</summary>
    public Tensor Goal { get; }
    /// <summary>Whether current and goal images are tensors of their own.</summary>
    public bool Apart { get; }

    /// <summary>Loads images (UInt8, B·H·W·3 each) cut at the centre and not distorted.</summary>
    public void Load(ReadOnlySpan<byte> currentImages, ReadOnlySpan<byte> goalImages)
    {
        LoadGoal(goalImages);
        LoadCurrent(currentImages);
    }

    /// <summary>Loads the goal images alone, cut at the centre: they stay until the next ones.</summary>
    public void LoadGoal(ReadOnlySpan<byte> goalImages)
    {
        UploadGoals(goalImages);
        ConvertGoal(null, default);
    }

    /// <summary>Loads the current images alone, cut at the centre, beside the goals that were loaded last.</summary>
    public void LoadCurrent(ReadOnlySpan<byte> currentImages)
    {
        Upload(currentImages, current);
        ConvertCurrent(null, default);
    }

    /// <summary>
    /// Uploads the goal images alone (UInt8, B·H·W·3) and leaves them as they are, for this input and those that share them.
    /// </summary>
    internal void UploadGoals(ReadOnlySpan<byte> goalImages) => Upload(goalImages, goal);

    /// <summary>
    /// Loads images beside the goals of <see cref="UploadGoals"/>, all with crops (top, left for each) and distortions (five numbers each,
    /// empty for none).
    /// </summary>
    internal void Load(ReadOnlySpan<byte> currentImages, Augmentation augmentation, RandomKey noise)
    {
        Upload(currentImages, current);
        device.Upload<int>(augmentation.CurrentOffsets, currentOffsets);
        device.Upload<int>(augmentation.GoalOffsets, goalOffsets);
        if (augmentation.Distorts)
        {
            device.Upload<float>(augmentation.CurrentDistortion, currentDistortion);
            device.Upload<float>(augmentation.GoalDistortion, goalDistortion);
        }
        ConvertCurrent(augmentation.Distorts ? currentDistortion : null, noise);
        ConvertGoal(augmentation.Distorts ? goalDistortion : null, noise with { Stream = Streams.GoalPixelNoise });
    }

    private void Upload(ReadOnlySpan<byte> images, Tensor tensor)
    {
        if (images.Length != tensor.Count) throw new ArgumentException($"expected {tensor.Count} bytes of images, got {images.Length}");
        device.Upload(images, tensor);
    }

    private void ConvertCurrent(Tensor? distortion, RandomKey noise) =>
        device.ImageToFloat(current, currentOffsets, distortion, noise, Current, 0);

    private void ConvertGoal(Tensor? distortion, RandomKey noise) =>
        device.ImageToFloat(goal, goalOffsets, distortion, noise, Goal, Apart ? 0 : 3);
}

/// <summary>Crops and photometric distortions of one batch of image pairs.</summary>
internal sealed class Augmentation(int batch)
{
    public int[] CurrentOffsets { get; } = new int[2 * batch];
    public int[] GoalOffsets { get; } = new int[2 * batch];
    public float[] CurrentDistortion { get; } = new float[5 * batch];
    public float[] GoalDistortion { get; } = new float[5 * batch];
    public bool Distorts { get; set; }
}
