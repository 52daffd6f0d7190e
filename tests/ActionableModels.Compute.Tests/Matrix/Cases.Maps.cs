using ActionableModels.Compute;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Compute.Tests.Matrix;

public static partial class Cases
{
    private static IEnumerable<OperationCase> Pools()
    {
        var seed = 2000u;
        foreach (var layer in new Layer[]
                 {
                     new(1, 59, 59, 64, 64, 3, 3, Padding.Same), new(1, 79, 79, 8, 8, 3, 3, Padding.Same),
                         new(2, 27, 27, 64, 64, 2, 2, Padding.Same),
                     new(1, 7, 9, 3, 3, 3, 2, Padding.Same), new(3, 6, 5, 17, 17, 3, 1, Padding.Same), new(2, 1, 1, 5, 5, 3, 2, Padding.Same),
                     new(2, 8, 8, 1, 1, 2, 2, Padding.Valid), new(1, 5, 5, 33, 33, 3, 1, Padding.Valid), new(1, 7, 4, 2, 2, 1, 3, Padding.Same),
                 })
        {
            seed += 10;
            var dy = Values(seed + 1, layer.Y);
            // Few distinct values, so that windows have ties.
            var x = OracleTensor.RandomIntegers(layer.X, seed, 5);
            var label = $"{layer.N}x{layer.H}x{layer.W}x{layer.C} k{layer.Kernel} s{layer.Stride} {layer.Padding}";
            yield return new("MaxPool", label, Exact, t =>
            {
                Tensor tx = t.In(x), ty = t.Out(layer.Y);
                return () => t.Device.MaxPool(tx, ty, layer.Window);
            }, () => [Oracle.MaxPool(x, layer.Window)]);
            yield return new("MaxPoolBackward", label, Elementwise, t =>
            {
                Tensor tx = t.In(x), tdy = t.In(dy), tdx = t.Out(layer.X);
                return () => t.Device.MaxPoolBackward(tx, tdy, tdx, layer.Window);
            }, () => [Oracle.MaxPoolBackward(x, dy, layer.Window)]);
        }
    }

    private static IEnumerable<OperationCase> Norms()
    {
        const float epsilon = 0.001f;
        var seed = 3000u;
        foreach (var (shape, scaled, relu) in new[]
                 {
                     (Shape.Of(2, 27, 27, 64), true, true), (Shape.Of(3, 8, 8, 48), false, true), (Shape.Of(64, 64), true, false),
                         (Shape.Of(1, 1, 1, 5), true, false),
                     (Shape.Of(7, 3), false, false), (Shape.Of(1, 300, 2, 17), true, true), (Shape.Of(1000, 1), false, true),
                 })
        {
            seed += 20;
            var channels = shape[shape.Rank - 1];
            OracleTensor x = OracleTensor.Random(shape, seed, -1, 3), dy = Values(seed + 1, shape), shift = Values(seed + 2, channels);
            OracleTensor? scale = scaled ? OracleTensor.Random(Shape.Of(channels), seed + 3, 0.5, 1.5) : null;
            OracleTensor mean = Values(seed + 4, channels), variance = OracleTensor.Random(Shape.Of(channels), seed + 5, 0.1, 2);
            var label = $"{shape}{(scaled ? " scale" : "")}{(relu ? " relu" : "")}";
            var rows = x.Rows;

            yield return new("BatchNorm", label, Sum, t =>
            {
                Tensor tx = t.In(x), tshift = t.In(shift), ty = t.Out(shape), tm = t.InOut(mean), tv = t.InOut(variance);
                Tensor bm = t.Out(Shape.Of(channels)), bi = t.Out(Shape.Of(channels));
                var tscale = t.InOrNull(scale);
                return () => t.Device.BatchNorm(tx, tscale, tshift, tm, tv, 0.9f, epsilon, relu, ty, bm, bi);
            }, () =>
            {
                var s = Oracle.BatchStatistics(x, epsilon);
                return [Oracle.BatchNorm(x, scale, shift, epsilon, relu), Oracle.Moving(mean, s.Mean, 0.9f, 1),
                    Oracle.Moving(variance, s.Variance, 0.9f, rows > 1 ? rows / (rows - 1.0) : 1), s.Mean, s.Inverse];
            });

            yield return new("BatchNormInference", label, Elementwise, t =>
            {
                Tensor tx = t.In(x), tshift = t.In(shift), tm = t.In(mean), tv = t.In(variance), ty = t.Out(shape);
                var tscale = t.InOrNull(scale);
                return () => t.Device.BatchNormInference(tx, tscale, tshift, tm, tv, epsilon, relu, ty);
            }, () => [Oracle.BatchNormInference(x, scale, shift, mean, variance, epsilon, relu)]);

            var y = Oracle.BatchNorm(x, scale, shift, epsilon, relu);
            var statistics = Oracle.BatchStatistics(x, epsilon);
            yield return new("Normalize", label, Elementwise, t =>
            {
                Tensor tx = t.In(x), tshift = t.In(shift), bm = t.In(statistics.Mean), bi = t.In(statistics.Inverse), ty = t.Out(shape);
                var tscale = t.InOrNull(scale);
                return () => t.Device.Normalize(tx, tscale, tshift, bm, bi, relu, ty);
            }, () => [y]);
            yield return new("BatchNormBackward", label, Sum, t =>
            {
                Tensor tx = t.In(x), tshift = t.In(shift), tdy = t.In(dy), bm = t.In(statistics.Mean), bi = t.In(statistics.Inverse), tdx = t.Out(shape);
                Tensor? tscale = t.InOrNull(scale), dscale = scale is null ? null : t.Out(Shape.Of(channels));
                var dshift = t.Out(Shape.Of(channels));
                return () => t.Device.BatchNormBackward(tx, tdy, tscale, tshift, bm, bi, relu, tdx, dscale, dshift);
            }, () =>
            {
                var (dx, dscale, dshift) = Oracle.BatchNormBackward(x, y, dy, scale, epsilon, relu);
                return scale is null ? [dx, dshift] : [dx, dscale, dshift];
            });
        }

        foreach (var (weights, biased, scaled) in new[] { (Shape.Of(64, 5, 5, 64), false, true), (Shape.Of(3, 7), true, false),
            (Shape.Of(17, 3, 3, 1), true, true) })
        {
            seed += 20;
            OracleTensor w = Values(seed, weights), shift = Values(seed + 1, weights[0]), mean = Values(seed + 2, weights[0]);
            var variance = OracleTensor.Random(Shape.Of(weights[0]), seed + 3, 0.1, 2);
            OracleTensor? bias = biased ? Values(seed + 4, weights[0]) : null, scale = scaled ? Values(seed + 5, weights[0]) : null;
            yield return new("FoldNorm", $"{weights}{(biased ? " bias" : "")}{(scaled ? " scale" : "")}", Elementwise, t =>
            {
                Tensor tw = t.In(w), tshift = t.In(shift), tm = t.In(mean), tv = t.In(variance), fw = t.Out(weights),
                    fb = t.Out(Shape.Of(weights[0]));
                Tensor? tb = t.InOrNull(bias), ts = t.InOrNull(scale);
                return () => t.Device.FoldNorm(tw, tb, ts, tshift, tm, tv, epsilon, fw, fb);
            }, () =>
            {
                var (folded, foldedBias) = Oracle.FoldNorm(w, bias, scale, shift, mean, variance, epsilon);
                return [folded, foldedBias];
            });
        }
    }

    private static IEnumerable<OperationCase> Joins()
    {
        var seed = 4000u;
        foreach (var (maps, actions, height, width, channels) in new[]
                 { (4, 17, 1, 1, 128), (2, 3, 27, 27, 64), (1, 1, 2, 3, 5), (3, 1, 8, 8, 48), (2, 5, 1, 4, 17), (1, 9, 5, 2, 1) })
        {
            seed += 10;
            var label = $"{maps}·{actions}x{height}x{width}x{channels}";
            Shape y = Shape.Of(maps * actions, height, width, channels), contexts = Shape.Of(maps * actions, channels),
                mapShape = Shape.Of(maps, height, width, channels);
            OracleTensor map = Values(seed, mapShape), context = Values(seed + 1, contexts), dy = Values(seed + 2, y);
            foreach (var relu in new[] { false, true })
                yield return new("BroadcastAdd", $"{label}{(relu ? " relu" : "")}", Elementwise, t =>
                {
                    Tensor tm = t.In(map), tc = t.In(context), ty = t.Out(y);
                    return () => t.Device.BroadcastAdd(tm, tc, ty, relu);
                }, () => [Oracle.BroadcastAdd(map, context, relu)]);
            yield return new("BroadcastAddBackward", label, Sum, t =>
            {
                Tensor tdy = t.In(dy), dmap = t.Out(mapShape), dcontext = t.Out(contexts);
                return () => t.Device.BroadcastAddBackward(tdy, dmap, dcontext);
            }, () =>
            {
                var (dmap, dcontext) = Oracle.BroadcastAddBackward(dy, maps);
                return [dmap, dcontext];
            });
            if (height < 2 || width < 2) continue;
            var table = Values(seed + 3, maps * actions, 9, channels);
            foreach (var bias in new[] { null, Values(seed + 4, channels) })
                yield return new("BorderTableAdd", $"{label}{(bias is null ? "" : " bias relu")}", Elementwise, t =>
                {
                    Tensor tm = t.In(map), tt = t.In(table), ty = t.Out(y);
                    var tb = t.InOrNull(bias);
                    return () => t.Device.BorderTableAdd(tm, tt, tb, ty, bias is not null);
                }, () => [Oracle.BorderTableAdd(map, table, bias, bias is not null)]);
        }
        foreach (var (rows, channels, outputs) in new[] { (64, 64, 64), (1, 5, 3), (7, 17, 18) })
        {
            seed += 10;
            OracleTensor context = Values(seed, rows, channels), w = Values(seed + 1, outputs, 3, 3, channels);
            yield return new("ContextTable", $"{rows}x{channels}->{outputs}", Sum, t =>
            {
                Tensor tc = t.In(context), tw = t.In(w), table = t.Out(Shape.Of(rows, 9, outputs));
                return () => t.Device.ContextTable(tc, tw, table);
            }, () => [Oracle.ContextTable(context, w)]);
        }
        foreach (var (outputs, positions, channels) in new[] { (64, 64, 64), (3, 1, 5), (5, 7, 17) })
        {
            seed += 10;
            var w = Values(seed, outputs, positions * channels);
            yield return new("SumPositions", $"{outputs}x{positions}x{channels}", Sum, t =>
            {
                Tensor tw = t.In(w), ty = t.Out(Shape.Of(outputs, channels));
                return () => t.Device.SumPositions(tw, ty);
            }, () => [Oracle.SumPositions(w, channels)]);
        }
    }
}
