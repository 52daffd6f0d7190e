using ActionableModels.Compute;

namespace ActionableModels.Tests.Shared;

public static partial class Oracle
{
    public sealed record Statistics(OracleTensor Mean, OracleTensor Variance, OracleTensor Inverse, OracleTensor Magnitude);

    /// <summary>Mean, biased variance, 1/√(variance + ε) and mean absolute value of every column.</summary>
    public static Statistics BatchStatistics(OracleTensor x, double epsilon)
    {
        int channels = x.Columns, rows = x.Rows;
        OracleTensor New() => new(Shape.Of(channels));
        var s = new Statistics(New(), New(), New(), New());
        for (var c = 0; c < channels; c++)
        {
            for (var r = 0; r < rows; r++) s.Mean.Add(c, x[r * channels + c] / rows);
            for (var r = 0; r < rows; r++) s.Variance.Add(c, Math.Pow(x[r * channels + c] - s.Mean[c], 2) / rows);
            s.Magnitude[c] = s.Mean.Terms[c];
            s.Inverse[c] = 1 / Math.Sqrt(s.Variance[c] + epsilon);
        }
        return s;
    }

    public static OracleTensor BatchNorm(OracleTensor x, OracleTensor? scale, OracleTensor shift, double epsilon, bool relu)
    {
        var s = BatchStatistics(x, epsilon);
        return Normalize(x, scale, shift, s.Mean, s.Inverse, s.Magnitude, relu);
    }

    public static OracleTensor BatchNormInference(OracleTensor x, OracleTensor? scale, OracleTensor shift, OracleTensor mean,
        OracleTensor variance,
        double epsilon, bool relu)
    {
        var inverse = new OracleTensor(shift.Shape);
        for (var c = 0; c < inverse.Count; c++) inverse[c] = 1 / Math.Sqrt(variance[c] + epsilon);
        return Normalize(x, scale, shift, mean, inverse, mean, relu);
    }

    private static OracleTensor Normalize(OracleTensor x, OracleTensor? scale, OracleTensor shift, OracleTensor mean, OracleTensor inverse,
        OracleTensor magnitude, bool relu)
    {
        var y = new OracleTensor(x.Shape);
        for (var i = 0; i < x.Count; i++)
        {
            var c = i % x.Columns;
            var k = (scale?[c] ?? 1) * inverse[c];
            y.Set(i, k * (x[i] - mean[c]) + shift[c], Math.Abs(k) * (Math.Abs(x[i]) + Math.Abs(magnitude[c])) + Math.Abs(shift[c]));
        }
        return y.Rectify(relu);
    }

    public static OracleTensor Moving(OracleTensor old, OracleTensor value, double decay, double factor)
    {
        var result = new OracleTensor(old.Shape);
        for (var c = 0; c < old.Count; c++) result.Set(c, decay * old[c] + (1 - decay) * factor * value[c],
            Math.Abs(old[c]) + factor * value.Terms[c]);
        return result;
    }

    /// <summary>(dx, dscale, dshift) of <see cref="BatchNorm"/>; y masks dy where there is ReLU.</summary>
    public static (OracleTensor Dx, OracleTensor Dscale, OracleTensor Dshift) BatchNormBackward(OracleTensor x, OracleTensor y, OracleTensor dy,
        OracleTensor? scale, double epsilon, bool relu)
    {
        var s = BatchStatistics(x, epsilon);
        int channels = x.Columns, rows = x.Rows;
        var dx = new OracleTensor(x.Shape);
        OracleTensor dscale = new(Shape.Of(channels)), dshift = new(Shape.Of(channels));
        double Gradient(int i) => !relu || y[i] > 0 ? dy[i] : 0;
        double Normal(int i) => (x[i] - s.Mean[i % channels]) * s.Inverse[i % channels];
        for (var i = 0; i < x.Count; i++)
        {
            var c = i % channels;
            dshift.Add(c, Gradient(i));
            dscale.Set(c, dscale[c] + Gradient(i) * Normal(i),
                dscale.Terms[c] + Math.Abs(Gradient(i)) * (Math.Abs(x[i]) + s.Magnitude[c]) * s.Inverse[c]);
        }
        for (var i = 0; i < x.Count; i++)
        {
            var c = i % channels;
            var k = (scale?[c] ?? 1) * s.Inverse[c];
            dx.Add(i, k * Gradient(i));
            dx.Add(i, -k * dshift[c] / rows);
            dx.Add(i, -k * Normal(i) * dscale[c] / rows);
            dx.Set(i, dx[i], dx.Terms[i] + Math.Abs(k) * (dshift.Terms[c] + (1 + Math.Abs(Normal(i))) * dscale.Terms[c]) / rows);
        }
        return (dx, dscale, dshift);
    }

    public static (OracleTensor W, OracleTensor Bias) FoldNorm(OracleTensor w, OracleTensor? bias, OracleTensor? scale, OracleTensor shift,
        OracleTensor mean, OracleTensor variance, double epsilon)
    {
        OracleTensor folded = new(w.Shape), foldedBias = new(shift.Shape);
        var length = (int)w.Shape.RowCount;
        for (var o = 0; o < w.Shape[0]; o++)
        {
            var k = (scale?[o] ?? 1) / Math.Sqrt(variance[o] + epsilon);
            for (var i = 0; i < length; i++) folded[o * length + i] = k * w[o * length + i];
            foldedBias.Add(o, k * (bias?[o] ?? 0));
            foldedBias.Add(o, -k * mean[o]);
            foldedBias.Add(o, shift[o]);
        }
        return (folded, foldedBias);
    }
}
