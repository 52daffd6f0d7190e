using System.Numerics;

namespace ActionableModels.Simulation.Camera;

/// <summary>Vector products with one order of roundings on every machine: the library's own may fuse or reorder them.</summary>
internal static class Exact
{
    public static float Dot(Vector3 a, Vector3 b) => a.X * b.X + a.Y * b.Y + a.Z * b.Z;

    public static Vector3 Cross(Vector3 a, Vector3 b) => new(a.Y * b.Z - a.Z * b.Y, a.Z * b.X - a.X * b.Z, a.X * b.Y - a.Y * b.X);

    public static Vector3 Normalize(Vector3 v) => v / MathF.Sqrt(Dot(v, v));
}
