namespace ActionableModels.Compute;

internal static partial class Operands
{
    public static void ImageToFloat(Tensor images, Tensor offsets, Tensor? distortion, Tensor y, int channelOffset)
    {
        var n = y.Shape[0];
        Check.That(images.Type == ElementType.UInt8 && images.Shape.Rank == 4 && images.Shape[3] == 3 && images.Shape[0] == n,
            "ImageToFloat: images must be UInt8 [N, H0, W0, 3] with the N of y", images);
        Check.That(y.Shape.Rank == 4 && channelOffset >= 0 && y.Shape[3] >= channelOffset + 3,
            "ImageToFloat: y must have channelOffset + 3 channels", y);
        Check.That(n == 0 || (y.Shape[1] <= images.Shape[1] && y.Shape[2] <= images.Shape[2]), "ImageToFloat: y must not be larger than the images", y);
        Check.That(offsets.Count == 2L * n, "ImageToFloat: offsets must be [N, 2]", offsets);
        Check.That(distortion is null || distortion.Count == 5L * n, "ImageToFloat: distortion must be [N, 5]", distortion ?? y);
    }
}
