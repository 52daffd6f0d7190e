using ActionableModels.Compute;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Compute.Tests.Matrix;

/// <summary>All cases of the matrix: the paper's layer shapes and odd ones.</summary>
public static partial class Cases
{
    /// <summary>Exact: the operation only moves, chooses or counts.</summary>
    private const double Exact = 0;
    /// <summary>A few roundings per element.</summary>
    private const double Elementwise = 4e-7;
    /// <summary>Sums of up to some thousands of terms.</summary>
    private const double Sum = 1e-6;
    /// <summary>Convolutions through Winograd's transforms, whose condition numbers take the place of one more digit or less.</summary>
    private const double Transformed = 4e-6;

    // Made on first use: the order in which the fields of the parts are initialised is not defined.
    private static readonly Lazy<IReadOnlyList<OperationCase>> all = new(() =>
        [.. Products("", Values), .. Pools(), .. Norms(), .. Joins(), .. Moves(), .. Losses(), .. Optimizers(),
            .. RandomDraws(), .. Planning(), .. Images()]);

    public static IReadOnlyList<OperationCase> All => all.Value;

    /// <summary>
    /// The cases for a device that multiplies in a precision. Products of rounded operands have the bound of that rounding; so that a lost term
    /// shows nevertheless, the same products follow with operands that every precision holds, at the bound of float32.
    /// </summary>
    public static IEnumerable<OperationCase> For(Precision precision)
    {
        // Both operands to the nearest of 8 or 11 bits: each off by up to half a unit, 2⁻⁸ or 2⁻¹¹ of it.
        var rounding = precision switch { Precision.Bfloat16 => 1.0 / 128, Precision.TensorFloat32 => 1.0 / 1024, _ => 0 } * 1.01;
        return rounding == 0 ? All
            : [.. All.Select(c => c.IsProduct ? c with { Bound = rounding + c.Bound } : c), .. Products(", 64ths", (seed, shape) => Values(seed, shape).InSixtyFourths())];
    }

    public static OperationCase Named(string name) => All.Single(c => c.Name == name);

    private static IEnumerable<OperationCase> Products(string label, Func<uint, Shape, OracleTensor> values) =>
        [.. Convolutions(label, values), .. Borders(label, values), .. DenseLayers(label, values)];

    private static OracleTensor Values(uint seed, Shape shape) => OracleTensor.Random(shape, seed);

    private static OracleTensor Values(uint seed, params int[] d) => OracleTensor.Random(ShapeOf(d), seed);

    private static Shape ShapeOf(params int[] d) => d.Length switch
    {
        1 => Shape.Of(d[0]), 2 => Shape.Of(d[0], d[1]), 3 => Shape.Of(d[0], d[1], d[2]), _ => Shape.Of(d[0], d[1], d[2], d[3]),
    };
}
