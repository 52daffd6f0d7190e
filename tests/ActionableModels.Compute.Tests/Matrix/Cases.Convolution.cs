using ActionableModels.Compute;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Compute.Tests.Matrix;

public static partial class Cases
{
    private sealed record Layer(int N, int H, int W, int C, int O, int Kernel, int Stride, Padding Padding, bool Large = false)
    {
        public Window Window => new(Kernel, Stride, Padding);
        public Shape X => Shape.Of(N, H, W, C);
        public Shape Weights => Shape.Of(O, Kernel, Kernel, C);
        public Shape Y => Shape.Of(N, Window.Output(H), Window.Output(W), O);
        /// <summary>Whether a direction of the layer may take the Winograd path.</summary>
        public bool Winograd => (Kernel + Stride - 1) / Stride is 2 or 3 or 5 && Math.Min(C * Stride * Stride, O) >= 16;
        public override string ToString() => $"{N}x{H}x{W}x{C}->{O} k{Kernel} s{Stride} {Padding}";
    }

    private static readonly Layer[] Layers =
    [
        // the compact tower
        new(2, 48, 48, 6, 32, 6, 3, Padding.Same), new(9, 16, 16, 32, 48, 3, 2, Padding.Same), new(3, 8, 8, 48, 128, 8, 1, Padding.Valid),
        // qt-opt-472: conv1, conv2-7, conv8-13, conv14-16, with maps cut where the size adds nothing
        new(1, 472, 472, 6, 64, 6, 2, Padding.Same, Large: true), new(1, 79, 79, 64, 64, 5, 1, Padding.Same, Large: true),
        new(1, 41, 33, 6, 64, 6, 2, Padding.Same), new(2, 11, 13, 64, 64, 5, 1, Padding.Same), new(1, 27, 27, 64, 64, 3, 1, Padding.Same),
        new(2, 14, 14, 64, 64, 3, 1, Padding.Valid), new(1, 12, 12, 64, 64, 3, 1, Padding.Valid), new(1, 10, 10, 64, 64, 3, 1, Padding.Valid),
        // through Winograd with channels that end in part of a vector, tiles cut at both edges, single tiles, one channel count below the other
        new(2, 23, 18, 17, 33, 3, 1, Padding.Same), new(3, 17, 30, 20, 16, 5, 1, Padding.Valid), new(9, 4, 4, 64, 16, 3, 1, Padding.Same),
        new(6, 8, 9, 40, 71, 5, 1, Padding.Same), new(5, 33, 29, 16, 20, 3, 1, Padding.Same),
        // more channels than a block of tiles fits the caches with
        new(1, 9, 9, 200, 150, 5, 1, Padding.Same),
        // strides on phases: all phases with all taps, and some with one less
        new(2, 60, 57, 6, 64, 6, 2, Padding.Same), new(2, 41, 50, 16, 64, 5, 2, Padding.Valid), new(3, 48, 48, 6, 32, 6, 3, Padding.Same),
        // odd shapes: 1×1 maps, odd channels, kernels larger than the input, strides beyond the kernel, single rows and columns
        new(1, 5, 7, 3, 5, 3, 1, Padding.Same), new(2, 5, 6, 17, 1, 5, 3, Padding.Same), new(2, 1, 1, 5, 17, 3, 2, Padding.Same),
        new(1, 9, 8, 1, 20, 2, 3, Padding.Valid), new(3, 7, 7, 4, 16, 1, 1, Padding.Same), new(2, 7, 5, 4, 33, 1, 2, Padding.Same),
        new(1, 3, 3, 2, 3, 7, 1, Padding.Same), new(1, 2, 9, 3, 1, 2, 1, Padding.Valid), new(4, 1, 1, 17, 3, 1, 1, Padding.Valid),
        new(1, 6, 1, 5, 18, 4, 2, Padding.Same), new(5, 4, 4, 3, 7, 4, 1, Padding.Valid), new(1, 4, 4, 1, 1, 1, 3, Padding.Same),
        new(1, 13, 50, 3, 8, 4, 2, Padding.Same), new(2, 40, 40, 5, 9, 3, 3, Padding.Valid), new(70, 3, 3, 2, 5, 2, 2, Padding.Same),
    ];

    private static IEnumerable<OperationCase> Convolutions(string ending, Func<uint, Shape, OracleTensor> values)
    {
        var seed = 100u;
        foreach (var layer in Layers)
        {
            seed += 10;
            OracleTensor x = values(seed, layer.X), w = values(seed + 1, layer.Weights), bias = values(seed + 2, Shape.Of(layer.O)),
                dy = values(seed + 3, layer.Y);
            OperationCase Case(string operation, string label, Func<DeviceTensors, Action> prepare, Func<OracleTensor[]> oracle) =>
                new(operation, $"{layer}{label}{ending}", Sum, prepare, oracle, layer.Large) { TransformedBound = layer.Winograd ? Transformed : 0 };

            yield return Case("Conv2D", " bias relu", t =>
            {
                Tensor tx = t.In(x), tw = t.In(w), tb = t.In(bias), ty = t.Out(layer.Y);
                return () => t.Device.Conv2D(tx, tw, tb, ty, layer.Window, true);
            }, () => [Oracle.Conv2D(x, w, bias, layer.Window, true)]);
            if (!layer.Large)
                yield return Case("Conv2DAdd", " packed relu", t =>
                {
                    Tensor tx = t.In(x), tw = t.Packed(w), start = t.In(dy), ty = t.Out(layer.Y);
                    return () => t.Device.Conv2DAdd(tx, tw, start, ty, layer.Window, true);
                }, () => [Oracle.Conv2DAdd(x, w, dy, layer.Window, true)]);
            if (!layer.Large)
                yield return Case("Conv2D", "", t =>
                {
                    Tensor tx = t.In(x), tw = t.In(w), ty = t.Out(layer.Y);
                    return () => t.Device.Conv2D(tx, tw, null, ty, layer.Window, false);
                }, () => [Oracle.Conv2D(x, w, null, layer.Window, false)]);
            yield return Case("Conv2DBackwardData", "", t =>
            {
                Tensor tdy = t.In(dy), tw = t.In(w), tdx = t.Out(layer.X);
                return () => t.Device.Conv2DBackwardData(tdy, tw, tdx, layer.Window);
            }, () => [Oracle.Conv2DBackwardData(dy, w, layer.X, layer.Window)]);
            yield return Case("Conv2DBackwardFilter", "", t =>
            {
                Tensor tx = t.In(x), tdy = t.In(dy), tdw = t.Out(layer.Weights), tdb = t.Out(Shape.Of(layer.O));
                return () => t.Device.Conv2DBackwardFilter(tx, tdy, tdw, tdb, layer.Window);
            }, () => [Oracle.Conv2DBackwardFilter(x, dy, layer.Weights, layer.Window), Oracle.SumRows(dy)]);
        }
    }

    /// <summary>A convolution over a map that a table of border classes is added to, A actions on each of B maps.</summary>
    private static IEnumerable<OperationCase> Borders(string ending, Func<uint, Shape, OracleTensor> values)
    {
        var seed = 900u;
        foreach (var (maps, actions, layer) in new (int, int, Layer)[]
                 {
                     (1, 3, new(3, 14, 14, 64, 64, 3, 1, Padding.Valid)), (2, 2, new(4, 8, 8, 48, 64, 3, 1, Padding.Same)),
                     (3, 1, new(3, 2, 3, 5, 7, 2, 1, Padding.Same)), (1, 4, new(4, 5, 9, 17, 3, 3, 2, Padding.Valid)),
                 })
        {
            seed += 10;
            OracleTensor map = values(seed, Shape.Of(maps, layer.H, layer.W, layer.C)), table = values(seed + 1, Shape.Of(layer.N, 9, layer.C)),
                w = values(seed + 2, layer.Weights);
            foreach (var (tableBias, bias) in new[] { (null, null), (values(seed + 3, Shape.Of(layer.C)), values(seed + 4, Shape.Of(layer.O))) })
                yield return new("BorderTableConv2D", $"{maps}·{actions} {layer}{(bias is null ? "" : " bias relu")}{ending}", Sum, t =>
                {
                    Tensor tm = t.In(map), tt = t.In(table), sum = t.In(new OracleTensor(layer.X)), tw = t.In(w), ty = t.Out(layer.Y);
                    Tensor? ttb = t.InOrNull(tableBias), tb = t.InOrNull(bias);
                    return () => t.Device.BorderTableConv2D(tm, tt, ttb, sum, tw, tb, ty, layer.Window, bias is not null);
                }, () => [Oracle.Conv2D(Oracle.BorderTableAdd(map, table, tableBias, true), w, bias, layer.Window, bias is not null)])
                { TransformedBound = layer.Winograd ? Transformed : 0 };
        }
    }

    private static IEnumerable<OperationCase> DenseLayers(string ending, Func<uint, Shape, OracleTensor> values)
    {
        var seed = 1000u;
        foreach (var (rows, depth, outputs) in new[]
                 { (64, 128, 128), (1088, 128, 128), (3, 4096, 64), (1, 1, 1), (1, 17, 5), (13, 3, 33), (5, 64, 1), (100, 1, 3),
                     (2, 50, 100), (31, 47, 16),
                     // one row and many, of whole blocks of terms and not
                     (1, 3072, 128), (1, 200, 64), (70, 150, 192), (17, 64, 64) })
        {
            seed += 10;
            OracleTensor x = values(seed, Shape.Of(rows, depth)), w = values(seed + 1, Shape.Of(outputs, depth)),
                bias = values(seed + 2, Shape.Of(outputs)), dy = values(seed + 3, Shape.Of(rows, outputs));
            var label = $"{rows}x{depth}->{outputs}{ending}";
            yield return new("Dense", $"{label} bias relu", Sum, t =>
            {
                Tensor tx = t.In(x), tw = t.In(w), tb = t.In(bias), ty = t.Out(dy.Shape);
                return () => t.Device.Dense(tx, tw, tb, ty, true);
            }, () => [Oracle.Dense(x, w, bias, true)]);
            yield return new("Dense", label, Sum, t =>
            {
                Tensor tx = t.In(x), tw = t.In(w), ty = t.Out(dy.Shape);
                return () => t.Device.Dense(tx, tw, null, ty, false);
            }, () => [Oracle.Dense(x, w, null, false)]);
            // Behind a ReLU about half of the inputs are zero.
            var rectified = x.Clone().Rectify(true);
            yield return new("Dense", $"{label} rectified packed bias relu", Sum, t =>
            {
                Tensor tx = t.In(rectified), tw = t.Packed(w), tb = t.In(bias), ty = t.Out(dy.Shape);
                return () => t.Device.Dense(tx, tw, tb, ty, true);
            }, () => [Oracle.Dense(rectified, w, bias, true)]);
            yield return new("DenseBackwardData", label, Sum, t =>
            {
                Tensor tdy = t.In(dy), tw = t.In(w), tdx = t.Out(x.Shape);
                return () => t.Device.DenseBackwardData(tdy, tw, tdx);
            }, () => [Oracle.DenseBackwardData(dy, w)]);
            yield return new("DenseBackwardFilter", label, Sum, t =>
            {
                Tensor tx = t.In(x), tdy = t.In(dy), tdw = t.Out(w.Shape), tdb = t.Out(bias.Shape);
                return () => t.Device.DenseBackwardFilter(tx, tdy, tdw, tdb);
            }, () => [Oracle.DenseBackwardFilter(x, dy, w.Shape), Oracle.SumRows(dy)]);
        }
    }
}
