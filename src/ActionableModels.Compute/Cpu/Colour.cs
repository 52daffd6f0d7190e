using System.Numerics;
using System.Runtime.CompilerServices;

namespace ActionableModels.Compute.Cpu;

/// <summary>
/// Saturation and hue in HSV, as TensorFlow's adjust_saturation and adjust_hue: saturation is range/maximum, 0 where the maximum is not
/// positive.
/// </summary>
internal static unsafe class Colour
{
    /// <summary>The most pixels that one call takes; arrays must have room for as many.</summary>
    public const int Block = 256;

    /// <summary>
    /// Multiplies the saturation (clipped to [0, 1]) and adds to the hue (in turns, modulo 1), in place; pixels beyond count are
    /// undefined.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Adjust(float* red, float* green, float* blue, int count, float saturationFactor, float hueShift)
    {
        Vector<float> zero = Vector<float>.Zero, one = Vector<float>.One;
        for (var i = 0; i < count; i += Vector<float>.Count)
        {
            Vector<float> r = Vector.Load(red + i), g = Vector.Load(green + i), b = Vector.Load(blue + i);
            var value = Vector.Max(r, Vector.Max(g, b));
            var range = value - Vector.Min(r, Vector.Min(g, b));
            var perRange = one / (range * 6f);
            var hue = Vector.ConditionalSelect(Vector.Equals(g, value), (b - r) * perRange + new Vector<float>(1f / 3),
                (r - g) * perRange + new Vector<float>(2f / 3));
            hue = Vector.ConditionalSelect(Vector.Equals(r, value), (g - b) * perRange, hue);
            hue = Vector.ConditionalSelect(Vector.GreaterThan(range, zero), hue, zero) + new Vector<float>(hueShift);
            hue -= Vector.Floor(hue);
            var saturation = Vector.ConditionalSelect(Vector.GreaterThan(value, zero), range / value * saturationFactor, zero);
            saturation = Vector.Min(Vector.Max(saturation, zero), one);
            Channel(hue, 0, saturation, value).Store(red + i);
            Channel(hue, 1f / 3, saturation, value).Store(green + i);
            Channel(hue, 2f / 3, saturation, value).Store(blue + i);
        }
    }

    /// <summary>
    /// value·(1 − saturation·(1 − k)), k falling from 1 to 0 as the hue moves from a sixth to a third of a turn away from the channel's
    /// own.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Channel(Vector<float> hue, float own, Vector<float> saturation, Vector<float> value)
    {
        var distance = Vector.Abs(hue - new Vector<float>(own));
        distance = Vector.Min(distance, Vector<float>.One - distance);
        var k = Vector.Min(Vector.Max(new Vector<float>(2) - distance * 6f, Vector<float>.Zero), Vector<float>.One);
        return value * (Vector<float>.One - saturation * (Vector<float>.One - k));
    }
}
