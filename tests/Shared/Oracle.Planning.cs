using ActionableModels.Compute;

namespace ActionableModels.Tests.Shared;

public static partial class Oracle
{
    public static (OracleTensor Mean, OracleTensor Deviation) CemRefit(OracleTensor values, OracleTensor samples, int elites, int groups)
    {
        int dimensions = samples.Columns, candidates = samples.Rows / groups;
        OracleTensor mean = new(Shape.Of(groups, dimensions)), deviation = new(Shape.Of(groups, dimensions));
        for (var b = 0; b < groups; b++)
        {
            var first = b * candidates;
            var chosen = Enumerable.Range(first, candidates).OrderByDescending(i => values[i]).ThenBy(i => i).Take(elites).ToArray();
            for (var d = 0; d < dimensions; d++)
            {
                var column = chosen.Select(i => samples[i * dimensions + d]).ToArray();
                var average = column.Average();
                mean.Set(b * dimensions + d, average, column.Average(Math.Abs));
                if (elites > 1)
                    deviation.Set(b * dimensions + d, Math.Sqrt(column.Sum(x => (x - average) * (x - average)) / (elites - 1)),
                        column.Max(Math.Abs));
            }
        }
        return (mean, deviation);
    }

    public static (OracleTensor Indices, OracleTensor Best) ArgMaxRows(OracleTensor values, int rows)
    {
        var columns = values.Count / rows;
        OracleTensor indices = new(Shape.Of(rows)), best = new(Shape.Of(rows));
        for (var b = 0; b < rows; b++)
        {
            var row = values.Data[(b * columns)..((b + 1) * columns)];
            best[b] = row.Max();
            indices[b] = b * columns + Array.IndexOf(row, row.Max());
        }
        return (indices, best);
    }

    public static OracleTensor ExclusionMask(OracleTensor candidates, OracleTensor seen, OracleTensor scale, OracleTensor binary, double distance)
    {
        int dimensions = scale.Count, perGroup = candidates.Rows / seen.Rows;
        var mask = new OracleTensor(Shape.Of(candidates.Rows));
        for (var r = 0; r < candidates.Rows; r++)
        {
            double squares = 0;
            var differs = false;
            for (var d = 0; d < dimensions; d++)
            {
                var difference = candidates[r * dimensions + d] - seen[r / perGroup * dimensions + d];
                if (binary[d] == 0) squares += Math.Pow(difference * scale[d], 2);
                else if (Math.Abs(difference) > 0.5) differs = true;
            }
            mask[r] = differs || Math.Sqrt(squares) >= distance ? 1 : 0;
        }
        return mask;
    }

    public static (OracleTensor Indices, OracleTensor Weights) ResampleExp(OracleTensor values, OracleTensor mask, int candidates, int draws,
        double temperature, RandomKey key)
    {
        var rows = values.Count / candidates;
        OracleTensor indices = new(Shape.Of(rows * draws)), weights = new(Shape.Of(rows * draws));
        for (var b = 0; b < rows; b++)
        {
            var chosen = Enumerable.Range(b * candidates, candidates).Where(i => mask[i] != 0)
                .OrderByDescending(i => values[i] / temperature - Math.Log(-Math.Log(Uniform(key, i)))).ThenBy(i => i).Take(draws).ToArray();
            for (var k = 0; k < draws; k++)
            {
                indices[b * draws + k] = k < chosen.Length ? chosen[k] : b * candidates;
                weights[b * draws + k] = k < chosen.Length ? 1.0 / chosen.Length : 0;
            }
        }
        return (indices, weights);
    }

    public static OracleTensor EncodeColumns(OracleTensor actions, OracleTensor states, OracleTensor source, OracleTensor kind,
        OracleTensor scale)
    {
        int columns = source.Count, perState = actions.Rows / states.Rows;
        var y = new OracleTensor(Shape.Of(actions.Rows, columns));
        for (var r = 0; r < actions.Rows; r++)
            for (var f = 0; f < columns; f++)
            {
                var from = (int)source[f];
                var value = from < actions.Columns
                    ? actions[r * actions.Columns + from]
                    : states[r / perState * states.Columns + from - actions.Columns];
                y.Set(r * columns + f, scale[f] * (kind[f] switch { 1 => Math.Sin(value), 2 => Math.Cos(value), _ => value }),
                    Math.Abs(scale[f]) * Math.Max(Math.Abs(value), 1));
            }
        return y;
    }
}
