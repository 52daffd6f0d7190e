using System.Numerics;

namespace ActionableModels.Simulation.Camera;

/// <summary>One far lamp from above, a little from the front left, and what the room gives back.</summary>
internal static class Light
{
    /// <summary>How far a shadow's point moves, per metre that its caster's point stands above the surface.</summary>
    public const float ShadowX = 0.16f, ShadowY = 0.22f;
    private static readonly Vector3 Lamp = Exact.Normalize(new(-ShadowX, -ShadowY, 1));
    private static readonly Vector3 Room = Exact.Normalize(new(-0.8f, -1, 0.2f));

    /// <summary>Lambert's law for a face at a height: the lamp hangs above the table, so higher faces are a little brighter.</summary>
    public static uint Shade(uint colour, Vector3 normal, float height)
    {
        var light = 0.36f + 0.52f * Math.Max(0, Exact.Dot(normal, Lamp)) + 0.22f * Math.Max(0, Exact.Dot(normal, Room));
        return Scale(colour, light * (1 + 0.5f * height));
    }

    /// <summary>A colour times a factor, saturating.</summary>
    public static uint Scale(uint colour, float factor)
    {
        var f = (uint)(factor * 256);
        uint Scaled(int shift) => Math.Min(255, (colour >> shift & 255) * f >> 8);
        return Scaled(0) | Scaled(8) << 8 | Scaled(16) << 16;
    }

    /// <summary>How dark a shadow is (256 = none): dark where the caster touches, fainter the higher it hangs.</summary>
    public static uint ShadowStrength(float height) => (uint)Math.Clamp(118 + 420 * height, 118, 215);
}
