using ActionableModels.Compute;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Compute.Tests.Matrix;

public static partial class Cases
{
    private static readonly RandomKey Key = new(0x1234_5678_9ABC_DEF0, 42, 0x1_0000_0007);

    /// <summary>Bounds of an action space like the paper's: four continuous dimensions, a fixed one, two binary ones, the last fixed.</summary>
    private static (OracleTensor Low, OracleTensor High, OracleTensor Binary) Box() =>
        (OracleTensor.Of(-0.1, -0.2, 0, -1.5, 0.25, 0, 0), OracleTensor.Of(0.1, 0.3, 1, 1.5, 0.25, 1, 0), OracleTensor.Of(0, 0, 0, 0, 0, 1, 1));

    private static IEnumerable<OperationCase> RandomDraws()
    {
        // Normals carry the rounding of log, sine and cosine in single precision.
        const double normals = 2e-6;
        var (low, high, binary) = Box();
        foreach (var n in Counts)
            yield return new("TruncatedNormal", $"{n}", normals, t =>
            {
                var y = t.Out(Shape.Of(n));
                return () => t.Device.TruncatedNormal(y, 0.5f, 0.25f, Key);
            }, () => [Oracle.TruncatedNormal(Shape.Of(n), 0.5, 0.25, Key)]);
        foreach (var (groups, samples) in new[] { (1, 1), (3, 64), (16, 100) })
        {
            var shape = Shape.Of(groups * samples, 7);
            yield return new("SampleBox", $"{shape}", Elementwise, t =>
            {
                Tensor tl = t.In(low), th = t.In(high), tb = t.In(binary), y = t.Out(shape);
                return () => t.Device.SampleBox(tl, th, tb, Key, y);
            }, () => [Oracle.SampleBox(low, high, binary, Key, shape)]);
            OracleTensor mean = OracleTensor.Random(Shape.Of(groups, 7), 8000, -0.2, 0.8),
                deviation = OracleTensor.Random(Shape.Of(groups, 7), 8001, 0, 0.3);
            yield return new("CemSample", $"{groups}·{samples}", normals, t =>
            {
                Tensor tm = t.In(mean), td = t.In(deviation), tl = t.In(low), th = t.In(high), tb = t.In(binary), y = t.Out(shape);
                return () => t.Device.CemSample(tm, td, tl, th, tb, Key, y);
            }, () => [Oracle.CemSample(mean, deviation, low, high, binary, Key, shape)]);
        }
    }

    private static IEnumerable<OperationCase> Planning()
    {
        foreach (var (groups, candidates, elites, dimensions) in new[] { (1, 64, 6, 7), (5, 64, 6, 7), (3, 1, 1, 1), (40, 10, 10, 3),
            (2, 17, 1, 5) })
        {
            // Few distinct values, so that ties occur.
            var values = OracleTensor.RandomIntegers(Shape.Of(groups * candidates), 9000, candidates);
            var samples = Values(9001, groups * candidates, dimensions);
            yield return new("CemRefit", $"{groups}·{candidates}x{dimensions} elites {elites}", Elementwise, t =>
            {
                Tensor tv = t.In(values), ts = t.In(samples), mean = t.Out(Shape.Of(groups, dimensions)),
                    deviation = t.Out(Shape.Of(groups, dimensions));
                return () => t.Device.CemRefit(tv, ts, elites, mean, deviation);
            }, () =>
            {
                var (mean, deviation) = Oracle.CemRefit(values, samples, elites, groups);
                return [mean, deviation];
            });
            yield return new("ArgMaxRows", $"{groups}x{candidates}", Exact, t =>
            {
                Tensor tv = t.In(values), indices = t.Out(Shape.Of(groups), ElementType.Int32), best = t.Out(Shape.Of(groups));
                return () => t.Device.ArgMaxRows(tv, indices, best);
            }, () =>
            {
                var (indices, best) = Oracle.ArgMaxRows(values, groups);
                return [indices, best];
            });
        }

        var (_, _, binary) = Box();
        OracleTensor candidateRows = Values(9010, 5 * 16, 7), seen = Values(9011, 5, 7), scale = OracleTensor.Random(Shape.Of(7), 9012, 0.5, 2);
        for (var r = 0; r < 80; r++)
            for (var d = 5; d < 7; d++)
                candidateRows[r * 7 + d] = r % 4 < 3 ? seen[r / 16 * 7 + d] : 1 - seen[r / 16 * 7 + d];
        yield return new("ExclusionMask", "5·16x7", Exact, t =>
        {
            Tensor tc = t.In(candidateRows), ts = t.In(seen), tk = t.In(scale), tb = t.In(binary), mask = t.Out(Shape.Of(80));
            return () => t.Device.ExclusionMask(tc, ts, tk, tb, 2f, mask);
        }, () => [Oracle.ExclusionMask(candidateRows, seen, scale, binary, 2)]);

        foreach (var (rows, candidates, draws, temperature) in new[] { (64, 16, 4, 1f), (3, 16, 1, 0.05f), (1, 1, 1, 1f), (20, 5, 5, 2f),
            (7, 3, 6, 1f) })
        {
            var values = Values(9020, rows * candidates);
            var mask = OracleTensor.RandomIntegers(Shape.Of(rows * candidates), 9021, 2);
            for (var i = 0; i < candidates && rows > 1; i++) mask[i] = 0;
            yield return new("ResampleExp", $"{rows}x{candidates} draws {draws} temperature {temperature}", Elementwise, t =>
            {
                Tensor tv = t.In(values), tm = t.In(mask), indices = t.Out(Shape.Of(rows * draws), ElementType.Int32),
                    weights = t.Out(Shape.Of(rows * draws));
                return () => t.Device.ResampleExp(tv, tm, candidates, draws, temperature, Key, indices, weights);
            }, () =>
            {
                var (indices, weights) = Oracle.ResampleExp(values, mask, candidates, draws, temperature, Key);
                return [indices, weights];
            });
        }

        OracleTensor actions = OracleTensor.Random(Shape.Of(12, 7), 9030, -3, 3), states = Values(9031, 4, 2);
        OracleTensor source = OracleTensor.Of(0, 1, 2, 3, 3, 8, 7, 6), kind = OracleTensor.Of(0, 0, 0, 1, 2, 0, 2, 0), factor = Values(9032, 8);
        yield return new("EncodeColumns", "12x7, 4x2 -> 8", Elementwise, t =>
        {
            Tensor ta = t.In(actions), ts = t.In(states), from = t.Integers(source), tk = t.Integers(kind), tf = t.In(factor),
                y = t.Out(Shape.Of(12, 8));
            return () => t.Device.EncodeColumns(ta, ts, from, tk, tf, y);
        }, () => [Oracle.EncodeColumns(actions, states, source, kind, factor)]);
    }

    private static IEnumerable<OperationCase> Images()
    {
        // Brightness to clipping in single precision; hue divides by the range of the channels.
        const double colour = 4e-5;
        foreach (var (n, height, width, cropHeight, cropWidth, channels, offset) in new[]
                 { (3, 52, 50, 48, 48, 6, 3), (1, 1, 1, 1, 1, 3, 0), (2, 9, 7, 5, 7, 8, 4), (5, 20, 20, 17, 3, 6, 0) })
        {
            OracleTensor images = OracleTensor.RandomIntegers(Shape.Of(n, height, width, 3), 9100, 256), offsets = new(Shape.Of(n, 2)),
                distortion = new(Shape.Of(n, 5));
            var y = Values(9101, n, cropHeight, cropWidth, channels);
            for (var i = 0; i < n; i++)
            {
                offsets[2 * i] = Philox.Below(Key, (uint)(2 * i), height - cropHeight + 1);
                offsets[2 * i + 1] = Philox.Below(Key, (uint)(2 * i + 1), width - cropWidth + 1);
                double[] d = [0.125 - 0.1 * i, 0.5 + 0.4 * i, 0.2 - 0.15 * i, 0.5 + 0.3 * i, i == 1 ? 0 : 0.05];
                for (var k = 0; k < 5; k++) distortion[5 * i + k] = (float)d[k];
            }
            foreach (var distorted in new[] { null, distortion })
                yield return new("ImageToFloat",
                    $"{n}x{height}x{width} -> {cropHeight}x{cropWidth}x{channels}{(distorted is null ? "" : " distorted")}",
                    distorted is null ? 1e-7 : colour, t =>
                {
                    Tensor ti = t.In(images, ElementType.UInt8), to = t.Integers(offsets), ty = t.InOut(y);
                    var td = t.InOrNull(distorted);
                    return () => t.Device.ImageToFloat(ti, to, td, Key, ty, offset);
                }, () => [Oracle.ImageToFloat(images, offsets, distorted, Key, y, offset)]);
        }
    }
}
