using System.Numerics;

namespace ActionableModels.Simulation.Camera;

/// <summary>A pinhole camera: its place, its axes and its projection. World: x right, y away from the camera, z up.</summary>
internal readonly struct CameraView
{
    /// <summary>The camera's place.</summary>
    public readonly Vector3 Eye;
    /// <summary>Focal length in pixels.</summary>
    public readonly float Focal;
    /// <summary>The image's centre in pixels.</summary>
    public readonly float CentreX, CentreY;
    private readonly Vector3 right, up, forward;

    private CameraView(Vector3 eye, Vector3 target, Vector3 upwards, float halfViewTangent, int height, int width)
    {
        Eye = eye;
        forward = Exact.Normalize(target - eye);
        right = Exact.Normalize(Exact.Cross(forward, upwards));
        up = Exact.Cross(right, forward);
        Focal = Math.Min(height, width) / 2f / halfViewTangent;
        (CentreX, CentreY) = (width / 2f, height / 2f);
    }

    /// <summary>The robot camera: in front of the table, looking down at it, so that depth and height both show.</summary>
    public static CameraView Tilted(int height, int width) =>
        new(new(0, -0.78f, 0.92f), new(0, 0.02f, 0.055f), Vector3.UnitZ, 0.268f, height, width);

    /// <summary>Straight down from above the table's middle.</summary>
    public static CameraView Overhead(int height, int width) =>
        new(new(0, 0, 1.40f), Vector3.Zero, Vector3.UnitY, 0.225f, height, width);

    /// <summary>A direction or, after subtracting <see cref="Eye"/>, a point in camera axes: right, up, depth.</summary>
    public Vector3 ToCamera(Vector3 direction) =>
        new(Exact.Dot(direction, right), Exact.Dot(direction, up), Exact.Dot(direction, forward));

    /// <summary>Image position of a point in camera axes.</summary>
    public Vector2 Project(Vector3 camera) => new(CentreX + Focal * camera.X / camera.Z, CentreY - Focal * camera.Y / camera.Z);
}
