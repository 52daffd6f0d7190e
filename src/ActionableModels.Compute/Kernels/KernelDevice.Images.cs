namespace ActionableModels.Compute.Kernels;

public abstract partial class KernelDevice
{
    private const int MostImageParts = 64;
    private static readonly Kernel imageToFloat = new("image_to_float", "image_to_float", 256), imageSums = new("image_to_float", "image_sums", 256),
        imageDistort = new("image_to_float", "image_distort", 256);

    /// <summary>Offsets are the device's: an image whose crop does not lie inside it becomes NaN instead of an exception.</summary>
    /// <inheritdoc/>
    public override void ImageToFloat(Tensor images, Tensor offsets, Tensor? distortion, RandomKey noise, Tensor y, int channelOffset)
    {
        Operands.ImageToFloat(images, offsets, distortion, y, channelOffset);
        int n = y.Shape[0], height = y.Shape[1], width = y.Shape[2], channels = y.Shape[3], sourceHeight = images.Shape[1], sourceWidth = images.Shape[2];
        Check.Type(y, ElementType.Float32, nameof(y));
        var target = y.Offset + channelOffset * sizeof(float);
        var parts = (int)Math.Clamp(((long)height * width + 1023) / 1024, 1, MostImageParts);
        if (y.Count == 0) return;
        if (distortion is null)
        {
            Call(imageToFloat).Add(images, ElementType.UInt8).Add(offsets, ElementType.Int32).Add(y.Memory, target).Add(sourceHeight).Add(sourceWidth)
                .Add(height).Add(width).Add(channels).Add(parts).Run((long)n * parts);
            return;
        }
        var sums = Scratch((long)n * parts * 3 * sizeof(float));
        Call(imageSums).Add(images, ElementType.UInt8).Add(offsets, ElementType.Int32).Add(distortion).Add(sums, 0).Add(sourceHeight).Add(sourceWidth)
            .Add(height).Add(width).Add(parts).Run((long)n * parts);
        Call(imageDistort).Add(images, ElementType.UInt8).Add(offsets, ElementType.Int32).Add(distortion).Add(sums, 0).Add(y.Memory, target).Add(noise)
            .Add(sourceHeight).Add(sourceWidth).Add(height).Add(width).Add(channels).Add(parts).Add(n).Run((long)n * parts);
    }
}
