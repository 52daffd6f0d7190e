using ActionableModels.Compute;

namespace ActionableModels.Tests.Shared;

public static partial class Oracle
{
    public static OracleTensor BroadcastAdd(OracleTensor map, OracleTensor context, bool relu)
    {
        int rows = context.Rows, actions = rows / map.Shape[0];
        var y = new OracleTensor(Shape.Of(rows, map.Shape[1], map.Shape[2], map.Shape[3]));
        for (var r = 0; r < rows; r++)
            for (var i = 0; i < map.Shape[1]; i++)
                for (var j = 0; j < map.Shape[2]; j++)
                    for (var c = 0; c < map.Shape[3]; c++)
                    {
                        y.Add(y.At(r, i, j, c), map[map.At(r / actions, i, j, c)]);
                        y.Add(y.At(r, i, j, c), context[r * map.Shape[3] + c]);
                    }
        return y.Rectify(relu);
    }

    public static (OracleTensor Dmap, OracleTensor Dcontext) BroadcastAddBackward(OracleTensor dy, int maps)
    {
        int rows = dy.Shape[0], actions = rows / maps;
        OracleTensor dmap = new(Shape.Of(maps, dy.Shape[1], dy.Shape[2], dy.Shape[3])), dcontext = new(Shape.Of(rows, dy.Shape[3]));
        for (var r = 0; r < rows; r++)
            for (var i = 0; i < dy.Shape[1]; i++)
                for (var j = 0; j < dy.Shape[2]; j++)
                    for (var c = 0; c < dy.Shape[3]; c++)
                    {
                        dmap.Add(dmap.At(r / actions, i, j, c), dy[dy.At(r, i, j, c)]);
                        dcontext.Add(r * dy.Shape[3] + c, dy[dy.At(r, i, j, c)]);
                    }
        return (dmap, dcontext);
    }

    /// <summary>The table by its definition: the response of the middle, border and corner pixels of a constant 3×3 map.</summary>
    public static OracleTensor ContextTable(OracleTensor context, OracleTensor w)
    {
        int rows = context.Rows, channels = context.Columns, outputs = w.Shape[0];
        var map = new OracleTensor(Shape.Of(rows, 3, 3, channels));
        for (var i = 0; i < map.Count; i++) map[i] = context[i / (9 * channels) * channels + i % channels];
        var y = Conv2D(map, w, null, new Window(3, 1, Padding.Same), false);
        var table = new OracleTensor(Shape.Of(rows, 9, outputs));
        for (var i = 0; i < y.Count; i++) table.Set(i, y[i], y.Terms[i]);
        return table;
    }

    public static OracleTensor BorderTableAdd(OracleTensor map, OracleTensor table, OracleTensor? bias, bool relu)
    {
        int rows = table.Shape[0], actions = rows / map.Shape[0], height = map.Shape[1], width = map.Shape[2], outputs = map.Shape[3];
        var y = new OracleTensor(Shape.Of(rows, height, width, outputs));
        static int Class(int i, int extent) => i == 0 ? 0 : i == extent - 1 ? 2 : 1;
        for (var r = 0; r < rows; r++)
            for (var i = 0; i < height; i++)
                for (var j = 0; j < width; j++)
                    for (var o = 0; o < outputs; o++)
                    {
                        var at = y.At(r, i, j, o);
                        y.Add(at, bias?[o] ?? 0);
                        y.Add(at, map[map.At(r / actions, i, j, o)]);
                        y.Add(at, table[(r * 9 + 3 * Class(i, height) + Class(j, width)) * outputs + o]);
                    }
        return y.Rectify(relu);
    }

    public static OracleTensor SumPositions(OracleTensor w, int channels)
    {
        var length = w.Count / w.Shape[0];
        var y = new OracleTensor(Shape.Of(w.Shape[0], channels));
        for (var i = 0; i < w.Count; i++) y.Add(i / length * channels + i % channels, w[i]);
        return y;
    }
}
