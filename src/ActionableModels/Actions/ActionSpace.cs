using ActionableModels.Compute;

namespace ActionableModels.Actions;

/// <summary>
/// The action of QT-Opt and Actionable Models as it is stored and executed: end-effector displacement (x, y, z; metres), azimuth change
/// (radians), and the discrete close gripper, open gripper, terminate (0 or 1), with the bounds of one robot or world. A
/// dimension with equal bounds is fixed: it is never sampled, refitted or counted in distances.
/// </summary>
/// <param name="Low">Lower bounds, one per dimension.</param>
/// <param name="High">Upper bounds, one per dimension.</param>
/// <param name="InitialDeviation">CEM's initial standard deviations (QT-Opt: 3 cm, 3 cm, 6 cm, 0.16 rad); unused for discrete
/// dimensions.</param>
public sealed record ActionSpace(float[] Low, float[] High, float[] InitialDeviation)
{
    /// <summary>Number of dimensions.</summary>
    public const int Dimensions = 7;
    /// <summary>Index of the first of the three displacement dimensions.</summary>
    public const int Displacement = 0;
    /// <summary>Index of the azimuth change.</summary>
    public const int Azimuth = 3;
    /// <summary>Index of close gripper.</summary>
    public const int Close = 4;
    /// <summary>Index of open gripper.</summary>
    public const int Open = 5;
    /// <summary>Index of terminate.</summary>
    public const int Terminate = 6;

    /// <summary>Names of the dimensions in order.</summary>
    public static IReadOnlyList<string> Names { get; } = ["x", "y", "z", "azimuth", "close", "open", "terminate"];

    /// <summary>
    /// Numbers of the robot's own state that go with every image: gripper closed (0 or 1), height above the table (metres).
    /// </summary>
    public const int StateDimensions = 2;

    /// <summary>Whether a dimension is discrete (0 or 1).</summary>
    public static bool IsBinary(int dimension) => dimension >= Close;

    /// <summary>Whether a dimension can only take one value.</summary>
    public bool IsFixed(int dimension) => Low[dimension] == High[dimension];

    /// <summary>QT-Opt's robot: displacements of at most 10 cm, azimuth of at most 90°, and its CEM deviations.</summary>
    public static ActionSpace QtOpt { get; } = new(
        [-0.1f, -0.1f, -0.1f, -MathF.PI / 2, 0, 0, 0], [0.1f, 0.1f, 0.1f, MathF.PI / 2, 1, 1, 1], [0.03f, 0.03f, 0.06f, 0.16f, 0, 0, 0]);

    // Metres and radians of one action: their squares and sums are far from overflow, and so are the reciprocals of the narrowest range.
    private const float LargestBound = 1e6f, NarrowestRange = 1e-12f;

    /// <summary>Checks the space and returns it.</summary>
    /// <exception cref="ActionableException">A list has the wrong length, a bound or deviation is not within a million, a range is too narrow to
    /// divide by, or a lower bound exceeds its upper.</exception>
    public ActionSpace Checked(string where)
    {
        if (Low is not { Length: Dimensions } || High is not { Length: Dimensions } || InitialDeviation is not { Length: Dimensions })
            throw new ActionableException($"{where}: an action space has {Dimensions} bounds ({string.Join(", ", Names)})");
        for (var d = 0; d < Dimensions; d++)
            if (Low[d] is not (>= -LargestBound and <= LargestBound) || High[d] is not (>= -LargestBound and <= LargestBound)
                || High[d] - Low[d] is not (0 or >= NarrowestRange) || InitialDeviation[d] is not (>= 0 and <= LargestBound)
                || (IsBinary(d) && (Low[d] is not (0 or 1) || High[d] is not (0 or 1))))
                throw new ActionableException(
                    $"{where}: the bounds of action {Names[d]} ([{Low[d]}, {High[d]}], deviation {InitialDeviation[d]}) are not valid");
        return this;
    }

    /// <summary>Equality by value.</summary>
    public bool Equals(ActionSpace? other) => other is not null && Low.AsSpan().SequenceEqual(other.Low)
        && High.AsSpan().SequenceEqual(other.High) && InitialDeviation.AsSpan().SequenceEqual(other.InitialDeviation);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Low[0], High[0], InitialDeviation[0]);
}
