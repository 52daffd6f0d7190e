using ActionableModels.Compute;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Compute.Tests.Matrix;

public static partial class Cases
{
    private static readonly int[] Counts = [1, 17, 64, 40_003];

    private static IEnumerable<OperationCase> Moves()
    {
        foreach (var n in Counts)
        {
            OracleTensor x = Values(5000, n), y = Values(5001, n);
            yield return new("Fill", $"{n}", Exact, t =>
            {
                var ty = t.Out(y.Shape);
                return () => t.Device.Fill(ty, 1.5f);
            }, () => [Oracle.Fill(y.Shape, 1.5)]);
            yield return new("Copy", $"{n}", Exact, t =>
            {
                Tensor tx = t.In(x), ty = t.Out(x.Shape);
                return () => t.Device.Copy(tx, ty);
            }, () => [x]);
            foreach (var beta in new[] { 0f, 1f, -0.5f })
                yield return new("Combine", $"{n} beta {beta}", Elementwise, t =>
                {
                    Tensor tx = t.In(x), ty = beta == 0 ? t.Out(y.Shape) : t.InOut(y);
                    return () => t.Device.Combine(0.25f, tx, beta, ty);
                }, () => [Oracle.Combine(0.25, x, beta, y)]);
        }
        foreach (var (rows, columns) in new[] { (1, 1), (3, 17), (1000, 64), (2049, 5), (4096, 32) })
        {
            OracleTensor x = Values(5010, rows, columns), row = Values(5011, columns),
                indices = OracleTensor.RandomIntegers(Shape.Of(2 * rows), 5012, rows);
            yield return new("SumRows", $"{rows}x{columns}", Sum, t =>
            {
                Tensor tx = t.In(x), ty = t.Out(row.Shape);
                return () => t.Device.SumRows(tx, ty);
            }, () => [Oracle.SumRows(x)]);
            yield return new("RepeatRow", $"{rows}x{columns}", Exact, t =>
            {
                Tensor tx = t.In(row), ty = t.Out(x.Shape);
                return () => t.Device.RepeatRow(tx, ty);
            }, () => [Oracle.RepeatRow(row, x.Shape)]);
            yield return new("GatherRows", $"{rows}x{columns}", Exact, t =>
            {
                Tensor tx = t.In(x), ti = t.Integers(indices), ty = t.Out(Shape.Of(2 * rows, columns));
                return () => t.Device.GatherRows(tx, ti, ty);
            }, () => [Oracle.GatherRows(x, indices, Shape.Of(2 * rows, columns))]);
        }
        foreach (var (rows, from, xOffset, to, yOffset, columns) in new[] { (5, 3, 0, 6, 3, 3), (100, 128, 64, 64, 0, 64),
            (1, 1, 0, 1, 0, 1), (999, 9, 2, 7, 1, 5) })
        {
            OracleTensor x = Values(5020, rows, from), y = Values(5021, rows, to);
            yield return new("CopyColumns", $"{rows}x{from}+{xOffset}->{to}+{yOffset} {columns}", Exact, t =>
            {
                Tensor tx = t.In(x), ty = t.InOut(y);
                return () => t.Device.CopyColumns(tx, xOffset, ty, yOffset, columns);
            }, () => [Oracle.CopyColumns(x, xOffset, y, yOffset, columns)]);
        }
    }

    private static IEnumerable<OperationCase> Losses()
    {
        foreach (var n in Counts)
        {
            OracleTensor x = OracleTensor.Random(Shape.Of(n), 6000, -20, 20), dy = Values(6001, n),
                targets = OracleTensor.Random(Shape.Of(n), 6002, 0, 1);
            var weights = OracleTensor.RandomIntegers(Shape.Of(n), 6003, 3);
            var y = x.Clone().Rectify(true);
            yield return new("ReluBackward", $"{n}", Exact, t =>
            {
                Tensor ty = t.In(y), tdy = t.In(dy), tdx = t.Out(x.Shape);
                return () => t.Device.ReluBackward(ty, tdy, tdx);
            }, () => [Oracle.ReluBackward(y, dy)]);
            yield return new("Sigmoid", $"{n}", Elementwise, t =>
            {
                Tensor tx = t.In(x), ty = t.Out(x.Shape);
                return () => t.Device.Sigmoid(tx, ty);
            }, () => [Oracle.Sigmoid(x)]);
            yield return new("SigmoidCrossEntropy", $"{n}", Elementwise, t =>
            {
                Tensor tx = t.In(x), tt = t.In(targets), tw = t.In(weights), losses = t.Out(x.Shape), dx = t.Out(x.Shape);
                return () => t.Device.SigmoidCrossEntropy(tx, tt, tw, losses, dx);
            }, () =>
            {
                var (losses, dx) = Oracle.SigmoidCrossEntropy(x, targets, weights);
                return [losses, dx];
            });
            yield return new("SquaredError", $"{n}", Elementwise, t =>
            {
                Tensor tx = t.In(x), tt = t.In(targets), tw = t.In(weights), losses = t.Out(x.Shape), dx = t.Out(x.Shape);
                return () => t.Device.SquaredError(tx, tt, tw, losses, dx);
            }, () =>
            {
                var (losses, dx) = Oracle.SquaredError(x, targets, weights);
                return [losses, dx];
            });
            OracleTensor lagged = Values(6003, n), bounds = OracleTensor.Random(Shape.Of(n), 6004, -1, 1), fixedTargets = Values(6005, n);
            for (var i = 0; i < n; i++)
                if (i % 3 > 0) fixedTargets[i] = double.NaN;
            foreach (var second in new[] { null, lagged })
                yield return new("BootstrapTargets", $"{n}{(second is null ? "" : " lagged")}", Elementwise, t =>
                {
                    Tensor tz = t.In(x), tf = t.In(fixedTargets), tb = t.In(bounds), y = t.Out(x.Shape);
                    var tl = t.InOrNull(second);
                    return () => t.Device.BootstrapTargets(tz, tl, tf, tb, 0.97f, y);
                }, () => [Oracle.BootstrapTargets(x, second, fixedTargets, bounds, (double)0.97f)]);
        }
    }

    private static IEnumerable<OperationCase> Optimizers()
    {
        const float rate = 0.01f, momentum = 0.9f, beta1 = 0.9f, beta2 = 0.999f, epsilon = 1e-8f, decay = 7e-5f;
        foreach (var n in Counts)
        {
            OracleTensor w = Values(7000, n), g = Values(7001, n), m = Values(7002, n), v = OracleTensor.Random(Shape.Of(n), 7003, 0, 1);
            yield return new("MomentumUpdate", $"{n}", Elementwise, t =>
            {
                Tensor tw = t.InOut(w), tg = t.In(g), tv = t.InOut(m);
                return () => t.Device.MomentumUpdate(tw, tg, tv, rate, momentum, decay);
            }, () =>
            {
                var (weight, velocity) = Oracle.MomentumUpdate(w, g, m, rate, momentum, decay);
                return [weight, velocity];
            });
            foreach (var step in new[] { 1L, 3000L })
                yield return new("AdamUpdate", $"{n} t {step}", Elementwise, t =>
                {
                    Tensor tw = t.InOut(w), tg = t.In(g), tm = t.InOut(m), tv = t.InOut(v);
                    return () => t.Device.AdamUpdate(tw, tg, tm, tv, rate, beta1, beta2, epsilon, decay, step);
                }, () =>
                {
                    var (weight, mean, square) = Oracle.AdamUpdate(w, g, m, v, rate, beta1, beta2, epsilon, decay, step);
                    return [weight, mean, square];
                });
            yield return new("AverageUpdate", $"{n}", Elementwise, t =>
            {
                Tensor average = t.InOut(m), tw = t.In(w);
                return () => t.Device.AverageUpdate(average, tw, 0.005f);
            }, () => [Oracle.AverageUpdate(m, w, 0.005f)]);
        }
    }
}
