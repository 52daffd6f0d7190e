using System.Runtime.Intrinsics;

namespace ActionableModels.AgainstOnnxRuntime;

/// <summary>Camera images as ONNX Runtime takes them: planes of red, green and blue, 0 to 1.</summary>
internal static unsafe class Planes
{
    /// <summary>Converts the bytes of an image, pixels of three, to three planes.</summary>
    public static void From(ReadOnlySpan<byte> image, Span<float> planes)
    {
        var pixels = image.Length / 3;
        if (image.Length != 3 * pixels || planes.Length != image.Length) throw new ArgumentException("an image of another size");
        var scale = Vector128.Create(1 / 255f);
        var done = 0;
        fixed (byte* source = image)
        fixed (float* target = planes)
            // Sixteen bytes are read for four pixels of twelve.
            for (; 3 * done + 16 <= image.Length; done += 4)
            {
                var bytes = Vector128.Load(source + 3 * done);
                for (var c = 0; c < 3; c++)
                {
                    var b = (byte)c;
                    const byte none = 0xFF;
                    var wanted = Vector128.Create(b, none, none, none, (byte)(b + 3), none, none, none, (byte)(b + 6), none, none, none,
                        (byte)(b + 9), none, none, none);
                    var numbers = Vector128.ConvertToSingle(Vector128.Shuffle(bytes, wanted).AsInt32()) * scale;
                    numbers.Store(target + c * pixels + done);
                }
            }
        for (; done < pixels; done++)
            for (var c = 0; c < 3; c++) planes[c * pixels + done] = image[3 * done + c] / 255f;
    }
}
