namespace ActionableModels.Compute.Cpu;

/// <summary>Saturation and hue in HSV, as TensorFlow's adjust_saturation and adjust_hue.</summary>
internal static class Colour
{
    /// <summary>Multiplies the saturation (clipped to [0, 1]) and adds to the hue (in turns, modulo 1).</summary>
    public static (float R, float G, float B) Adjust(float r, float g, float b, float saturationFactor, float hueShift)
    {
        var value = Math.Max(r, Math.Max(g, b));
        var range = value - Math.Min(r, Math.Min(g, b));
        var saturation = value > 0 ? range / value : 0;
        var hue = 0f;
        if (range > 0)
        {
            if (r == value) hue = (g - b) / (6 * range);
            else if (g == value) hue = (b - r) / (6 * range) + 1f / 3;
            else hue = (r - g) / (6 * range) + 2f / 3;
        }
        saturation = Math.Clamp(saturation * saturationFactor, 0f, 1f);
        hue += hueShift;
        hue -= MathF.Floor(hue);
        return (Channel(hue, 0f), Channel(hue, 1f / 3), Channel(hue, 2f / 3));

        float Channel(float turn, float phase)
        {
            var distance = Math.Abs(turn - phase);
            distance = Math.Min(distance, 1 - distance);
            return value * (1 - saturation * (1 - Math.Clamp(2 - 6 * distance, 0f, 1f)));
        }
    }
}
