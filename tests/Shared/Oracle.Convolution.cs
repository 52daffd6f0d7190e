using ActionableModels.Compute;

namespace ActionableModels.Tests.Shared;

public static partial class Oracle
{
    /// <summary>Calls runs(y element, first x element, first w element, channels) for every tap of every output of a convolution.</summary>
    private static void ForTaps(Shape x, Shape w, Window window, Action<int, int, int, int> runs)
    {
        int top = window.Before(x[1]), left = window.Before(x[2]), height = window.Output(x[1]), width = window.Output(x[2]);
        for (var n = 0; n < x[0]; n++)
            for (var i = 0; i < height; i++)
                for (var j = 0; j < width; j++)
                    for (var u = 0; u < window.Kernel; u++)
                        for (var v = 0; v < window.Kernel; v++)
                        {
                            int row = i * window.Stride + u - top, column = j * window.Stride + v - left;
                            if (row < 0 || row >= x[1] || column < 0 || column >= x[2]) continue;
                            for (var o = 0; o < w[0]; o++)
                                runs(((n * height + i) * width + j) * w[0] + o, ((n * x[1] + row) * x[2] + column) * x[3],
                                    ((o * window.Kernel + u) * window.Kernel + v) * x[3], x[3]);
                        }
    }

    public static OracleTensor Conv2D(OracleTensor x, OracleTensor w, OracleTensor? bias, Window window, bool relu)
    {
        var y = new OracleTensor(Shape.Of(x.Shape[0], window.Output(x.Shape[1]), window.Output(x.Shape[2]), w.Shape[0]));
        for (var i = 0; bias is not null && i < y.Count; i++) y.Add(i, bias[i % bias.Count]);
        ForTaps(x.Shape, w.Shape, window, (to, from, tap, channels) =>
        {
            double sum = 0, terms = 0;
            for (var c = 0; c < channels; c++)
            {
                var term = x.Data[from + c] * w.Data[tap + c];
                sum += term;
                terms += Math.Abs(term);
            }
            y.Data[to] += sum;
            y.Terms[to] += terms;
        });
        return y.Rectify(relu);
    }

    public static OracleTensor Conv2DAdd(OracleTensor x, OracleTensor w, OracleTensor start, Window window, bool relu)
    {
        var y = Conv2D(x, w, null, window, false);
        for (var i = 0; i < y.Count; i++) y.Add(i, start.Data[i]);
        return y.Rectify(relu);
    }

    public static OracleTensor Conv2DBackwardData(OracleTensor dy, OracleTensor w, Shape x, Window window)
    {
        var dx = new OracleTensor(x);
        ForTaps(x, w.Shape, window, (from, to, tap, channels) =>
        {
            var gradient = dy.Data[from];
            for (var c = 0; c < channels; c++) dx.Add(to + c, gradient * w.Data[tap + c]);
        });
        return dx;
    }

    public static OracleTensor Conv2DBackwardFilter(OracleTensor x, OracleTensor dy, Shape w, Window window)
    {
        var dw = new OracleTensor(w);
        ForTaps(x.Shape, w, window, (from, at, to, channels) =>
        {
            var gradient = dy.Data[from];
            for (var c = 0; c < channels; c++) dw.Add(to + c, gradient * x.Data[at + c]);
        });
        return dw;
    }

    public static OracleTensor Dense(OracleTensor x, OracleTensor w, OracleTensor? bias, bool relu)
    {
        int outputs = w.Shape[0], depth = w.Count / outputs, rows = x.Count / depth;
        var y = new OracleTensor(Shape.Of(rows, outputs));
        for (var r = 0; r < rows; r++)
            for (var o = 0; o < outputs; o++)
            {
                if (bias is not null) y.Add(r * outputs + o, bias[o]);
                for (var i = 0; i < depth; i++) y.Add(r * outputs + o, x[r * depth + i] * w[o * depth + i]);
            }
        return y.Rectify(relu);
    }

    public static OracleTensor DenseBackwardData(OracleTensor dy, OracleTensor w)
    {
        int outputs = w.Shape[0], depth = w.Count / outputs, rows = dy.Count / outputs;
        var dx = new OracleTensor(Shape.Of(rows, depth));
        for (var r = 0; r < rows; r++)
            for (var o = 0; o < outputs; o++)
                for (var i = 0; i < depth; i++)
                    dx.Add(r * depth + i, dy[r * outputs + o] * w[o * depth + i]);
        return dx;
    }

    public static OracleTensor DenseBackwardFilter(OracleTensor x, OracleTensor dy, Shape w)
    {
        int outputs = w[0], depth = (int)w.RowCount, rows = dy.Count / outputs;
        var dw = new OracleTensor(w);
        for (var r = 0; r < rows; r++)
            for (var o = 0; o < outputs; o++)
                for (var i = 0; i < depth; i++)
                    dw.Add(o * depth + i, dy[r * outputs + o] * x[r * depth + i]);
        return dw;
    }
}
