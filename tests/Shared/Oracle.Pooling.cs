using ActionableModels.Compute;

namespace ActionableModels.Tests.Shared;

public static partial class Oracle
{
    /// <summary>The first maximum of every window, as (output element, input element).</summary>
    private static IEnumerable<(int To, int From)> Maxima(OracleTensor x, Window window)
    {
        int top = window.Before(x.Shape[1]), left = window.Before(x.Shape[2]), to = 0;
        for (var n = 0; n < x.Shape[0]; n++)
            for (var i = 0; i < window.Output(x.Shape[1]); i++)
                for (var j = 0; j < window.Output(x.Shape[2]); j++)
                    for (var c = 0; c < x.Shape[3]; c++)
                    {
                        var best = -1;
                        for (var u = 0; u < window.Kernel; u++)
                            for (var v = 0; v < window.Kernel; v++)
                            {
                                int row = i * window.Stride + u - top, column = j * window.Stride + v - left;
                                if (row < 0 || row >= x.Shape[1] || column < 0 || column >= x.Shape[2]) continue;
                                var at = x.At(n, row, column, c);
                                if (best < 0 || x[at] > x[best]) best = at;
                            }
                        yield return (to++, best);
                    }
    }

    public static OracleTensor MaxPool(OracleTensor x, Window window)
    {
        var y = new OracleTensor(Shape.Of(x.Shape[0], window.Output(x.Shape[1]), window.Output(x.Shape[2]), x.Shape[3]));
        foreach (var (to, from) in Maxima(x, window)) y[to] = x[from];
        return y;
    }

    public static OracleTensor MaxPoolBackward(OracleTensor x, OracleTensor dy, Window window)
    {
        var dx = new OracleTensor(x.Shape);
        foreach (var (to, from) in Maxima(x, window)) dx.Add(from, dy[to]);
        return dx;
    }
}
