using ActionableModels.Compute;

namespace ActionableModels.Tests.Shared;

/// <summary>Every operation of <see cref="Device"/> as naive float64 loops, straight from its formula.</summary>
public static partial class Oracle
{
    public static OracleTensor Fill(Shape shape, double value)
    {
        var y = new OracleTensor(shape);
        for (var i = 0; i < y.Count; i++) y[i] = value;
        return y;
    }

    public static OracleTensor GatherRows(OracleTensor x, OracleTensor indices, Shape shape)
    {
        var y = new OracleTensor(shape);
        var length = (int)shape.RowCount;
        for (var b = 0; b < shape[0]; b++)
            for (var j = 0; j < length; j++)
                y[b * length + j] = x[(int)indices[b] * length + j];
        return y;
    }

    public static OracleTensor Combine(double alpha, OracleTensor x, double beta, OracleTensor y)
    {
        var result = new OracleTensor(y.Shape);
        for (var i = 0; i < y.Count; i++)
        {
            result.Add(i, alpha * x[i]);
            if (beta != 0) result.Add(i, beta * y[i]);
        }
        return result;
    }

    public static OracleTensor CopyColumns(OracleTensor x, int xOffset, OracleTensor y, int yOffset, int columns)
    {
        var result = y.Clone();
        for (var r = 0; r < x.Rows; r++)
            for (var j = 0; j < columns; j++)
                result[r * y.Columns + yOffset + j] = x[r * x.Columns + xOffset + j];
        return result;
    }

    public static OracleTensor SumRows(OracleTensor x)
    {
        var y = new OracleTensor(Shape.Of(x.Columns));
        for (var r = 0; r < x.Rows; r++)
            for (var j = 0; j < x.Columns; j++)
                y.Add(j, x[r * x.Columns + j]);
        return y;
    }

    public static OracleTensor RepeatRow(OracleTensor x, Shape shape)
    {
        var y = new OracleTensor(shape);
        for (var i = 0; i < y.Count; i++) y[i] = x[i % x.Count];
        return y;
    }
}
