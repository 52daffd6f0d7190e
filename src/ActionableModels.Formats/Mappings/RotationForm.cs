namespace ActionableModels.Formats.Mappings;

/// <summary>How a rotation, or the turn about the vertical alone, is written.</summary>
internal enum RotationForm
{
    /// <summary>An angle about the vertical, in radians.</summary>
    Radians,
    /// <summary>An angle about the vertical, in degrees.</summary>
    Degrees,
    /// <summary>A unit quaternion, its real part last.</summary>
    QuaternionXyzw,
    /// <summary>A unit quaternion, its real part first.</summary>
    QuaternionWxyz,
    /// <summary>An axis times an angle in radians.</summary>
    RotationVector,
    /// <summary>Sine and cosine of an angle about the vertical.</summary>
    SineCosine,
}

/// <summary>Angles about the vertical.</summary>
internal static class Rotations
{
    // Quaternions and pairs of sine and cosine are of length 1 but for rounding; what is not, is something else.
    private const double Slack = 0.1;

    /// <summary>How many numbers a rotation has.</summary>
    public static int Numbers(RotationForm form) => form switch
    {
        RotationForm.QuaternionXyzw or RotationForm.QuaternionWxyz => 4,
        RotationForm.RotationVector => 3,
        RotationForm.SineCosine => 2,
        _ => 1,
    };

    /// <summary>
    /// The turn about the vertical z of a rotation, in radians; of the rotation from <paramref name="current"/> to <paramref name="target"/>
    /// where both are given. Of a rotation in space it is the twist of its quaternion, 2·atan2(z, w), which does not depend on how
    /// the tool is mounted. NaN for numbers that are no rotation.
    /// </summary>
    public static double Azimuth(RotationForm form, ReadOnlySpan<float> target, ReadOnlySpan<float> current) => form switch
    {
        RotationForm.Radians => target[0] - (current.IsEmpty ? 0.0 : current[0]),
        RotationForm.Degrees => (target[0] - (current.IsEmpty ? 0.0 : current[0])) * (Math.PI / 180),
        RotationForm.SineCosine => Angle(target) - (current.IsEmpty ? 0 : Angle(current)),
        _ => Twist(Quaternion(form, target), current.IsEmpty ? (0, 0, 0, 1) : Quaternion(form, current)),
    };

    /// <summary>An angle within (−π, π]; one that is there already is not changed.</summary>
    public static double Wrap(double angle)
    {
        // float32's π is the bound, so that every float32 within it keeps its bits.
        if (angle > -(double)MathF.PI && angle <= MathF.PI) return angle;
        var wrapped = Math.IEEERemainder(angle, Math.Tau);
        return wrapped <= -Math.PI ? wrapped + Math.Tau : wrapped;
    }

    private static double Angle(ReadOnlySpan<float> pair) =>
        IsUnit((double)pair[0] * pair[0] + (double)pair[1] * pair[1]) ? Math.Atan2(pair[0], pair[1]) : double.NaN;

    private static (double X, double Y, double Z, double W) Quaternion(RotationForm form, ReadOnlySpan<float> numbers)
    {
        if (form == RotationForm.RotationVector)
        {
            double x = numbers[0], y = numbers[1], z = numbers[2];
            var angle = Math.Sqrt(x * x + y * y + z * z);
            var factor = angle < 1e-12 ? 0.5 : Math.Sin(angle / 2) / angle;
            return (factor * x, factor * y, factor * z, Math.Cos(angle / 2));
        }
        (double X, double Y, double Z, double W) q = form == RotationForm.QuaternionXyzw
            ? (numbers[0], numbers[1], numbers[2], numbers[3]) : (numbers[1], numbers[2], numbers[3], numbers[0]);
        return IsUnit(q.X * q.X + q.Y * q.Y + q.Z * q.Z + q.W * q.W) ? q : (double.NaN, 0, 0, 0);
    }

    private static bool IsUnit(double square) => Math.Abs(Math.Sqrt(square) - 1) <= Slack;

    // z and w of the product of target and the conjugate of current.
    private static double Twist((double X, double Y, double Z, double W) target, (double X, double Y, double Z, double W) current)
    {
        var z = target.Z * current.W - target.W * current.Z - target.X * current.Y + target.Y * current.X;
        var w = target.W * current.W + target.X * current.X + target.Y * current.Y + target.Z * current.Z;
        if (double.IsNaN(target.X) || double.IsNaN(current.X)) return double.NaN;
        return Wrap(2 * Math.Atan2(z, w));
    }
}
