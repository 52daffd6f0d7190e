using ActionableModels.Compute.Tests.Matrix;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Compute.Tests;

/// <summary>
/// The oracle's gradients against finite differences of the oracle's forward functions: the devices are held to the oracle elsewhere.
/// </summary>
public sealed class GradientTests
{
    private static OracleTensor Values(uint seed, Shape shape) => OracleTensor.Random(shape, seed);

    private static readonly GradientCase[] Cases =
    [
        .. new[] { new Window(3, 1, Padding.Same), new(3, 2, Padding.Same), new(6, 3, Padding.Same), new(3, 1, Padding.Valid),
            new(2, 3, Padding.Valid), new(9, 2, Padding.Same) }
            .Select(window => new GradientCase($"Conv2D {window}",
                [Values(1, Shape.Of(2, 7, 6, 3)), Values(2, Shape.Of(4, window.Kernel, window.Kernel, 3)), Values(3, Shape.Of(4))],
                p => Oracle.Conv2D(p[0], p[1], p[2], window, false),
                (p, dy) => [Oracle.Conv2DBackwardData(dy, p[1], p[0].Shape, window),
                    Oracle.Conv2DBackwardFilter(p[0], dy, p[1].Shape, window), Oracle.SumRows(dy)])),
        new("Dense", [Values(4, Shape.Of(5, 7)), Values(5, Shape.Of(3, 7)), Values(6, Shape.Of(3))], p => Oracle.Dense(p[0], p[1], p[2], false),
            (p, dy) => [Oracle.DenseBackwardData(dy, p[1]), Oracle.DenseBackwardFilter(p[0], dy, p[1].Shape), Oracle.SumRows(dy)]),
        .. new[] { new Window(3, 2, Padding.Same), new(3, 1, Padding.Same), new(2, 2, Padding.Valid), new(3, 3, Padding.Same) }
            .Select(window => new GradientCase($"MaxPool {window}", [Values(7, Shape.Of(2, 7, 6, 3))], p => Oracle.MaxPool(p[0], window),
                (p, dy) => [Oracle.MaxPoolBackward(p[0], dy, window)])),
        .. new[] { false, true }.Select(relu => new GradientCase($"BatchNorm relu {relu}",
            [Values(8, Shape.Of(3, 4, 5)), OracleTensor.Random(Shape.Of(5), 9, 0.5, 1.5), Values(10, Shape.Of(5))],
            p => Oracle.BatchNorm(p[0], p[1], p[2], 0.001, relu),
            (p, dy) =>
            {
                var (dx, dscale, dshift) = Oracle.BatchNormBackward(p[0], Oracle.BatchNorm(p[0], p[1], p[2], 0.001, relu), dy, p[1], 0.001, relu);
                return [dx, dscale, dshift];
            })),
        new("BatchNorm without scale", [Values(11, Shape.Of(12, 3)), Values(12, Shape.Of(3))], p =>
            Oracle.BatchNorm(p[0], null, p[1], 0.01, true),
            (p, dy) =>
            {
                var (dx, _, dshift) = Oracle.BatchNormBackward(p[0], Oracle.BatchNorm(p[0], null, p[1], 0.01, true), dy, null, 0.01, true);
                return [dx, dshift];
            }),
        new("BroadcastAdd", [Values(13, Shape.Of(2, 3, 2, 5)), Values(14, Shape.Of(6, 5))], p => Oracle.BroadcastAdd(p[0], p[1], false),
            (p, dy) =>
            {
                var (dmap, dcontext) = Oracle.BroadcastAddBackward(dy, 2);
                return [dmap, dcontext];
            }),
        new("Relu", [Values(15, Shape.Of(40))], p => p[0].Clone().Rectify(true), (p, dy) =>
            [Oracle.ReluBackward(p[0].Clone().Rectify(true), dy)]),
        new("SigmoidCrossEntropy", [OracleTensor.Random(Shape.Of(20), 16, -5, 5), OracleTensor.Random(Shape.Of(20), 17, 0, 1)],
            p => Oracle.SigmoidCrossEntropy(p[0], p[1], Oracle.Fill(p[0].Shape, 1)).Losses,
            (p, dy) => [Oracle.SigmoidCrossEntropy(p[0], p[1], dy).Dlogits, null]),
        new("SquaredError", [Values(18, Shape.Of(20)), Values(19, Shape.Of(20))], p =>
            Oracle.SquaredError(p[0], p[1], Oracle.Fill(p[0].Shape, 1)).Losses,
            (p, dy) => [Oracle.SquaredError(p[0], p[1], dy).Dx, null]),
    ];

    public static TheoryData<string> Names() => new(Cases.Select(c => c.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradient_matches_finite_differences(string name) => Assert.InRange(Cases.Single(c => c.Name == name).Check(), 0, 1e-7);

    /// <summary>The context table splits a convolution exactly: convolving map + context equals the map's convolution plus the table.</summary>
    [Fact]
    public void Context_table_splits_the_convolution()
    {
        var window = new Window(3, 1, Padding.Same);
        OracleTensor map = Values(20, Shape.Of(2, 4, 5, 3)), context = Values(21, Shape.Of(6, 3)), w = Values(22, Shape.Of(4, 3, 3, 3));
        var whole = Oracle.Conv2D(Oracle.BroadcastAdd(map, context, false), w, null, window, false);
        var split = Oracle.BorderTableAdd(Oracle.Conv2D(map, w, null, window, false), Oracle.ContextTable(context, w), null, false);
        for (var i = 0; i < whole.Count; i++) Assert.Equal(whole[i], split[i], 1e-12);
    }
}
