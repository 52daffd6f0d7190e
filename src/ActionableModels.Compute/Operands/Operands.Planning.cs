namespace ActionableModels.Compute;

internal static partial class Operands
{
    public static (int Groups, int Candidates, int Dimensions) CemRefit(Tensor values, Tensor samples, int elites, Tensor mean, Tensor deviation)
    {
        int groups = mean.Shape[0], dimensions = Columns(samples);
        var rows = Rows(samples);
        Check.That(groups > 0 && rows % groups == 0 && mean.Count == (long)groups * dimensions,
            "CemRefit: mean must be [B, D] for samples [B·N, D]", mean);
        Check.That(deviation.Count == mean.Count, "CemRefit: deviation must be [B, D]", deviation);
        Check.That(values.Count == rows, "CemRefit: values must have one entry per sample", values);
        var candidates = checked((int)(rows / groups));
        Check.That(elites >= 1 && elites <= candidates, "CemRefit: there must be between 1 and N elites", samples);
        return (groups, candidates, dimensions);
    }

    public static (int Rows, int Columns) ArgMaxRows(Tensor values, Tensor indices, Tensor best)
    {
        var rows = checked((int)indices.Count);
        Check.That(best.Count == rows, "ArgMaxRows: best must have one entry per row", best);
        Check.That(rows > 0 && values.Count > 0 && values.Count % rows == 0, "ArgMaxRows: values must be [B, N]", values);
        return (rows, checked((int)(values.Count / rows)));
    }

    public static (long Rows, long PerGroup, int Dimensions) ExclusionMask(Tensor candidates, Tensor seen, Tensor scale, Tensor binary, Tensor mask)
    {
        int groups = seen.Shape[0], dimensions = Columns(seen);
        var rows = Rows(candidates);
        Check.That(Columns(candidates) == dimensions && groups > 0 && rows % groups == 0, "ExclusionMask: candidates must be [B·N, D]",
            candidates);
        Check.That(scale.Count == dimensions, "ExclusionMask: scale must have one entry per dimension", scale);
        Check.That(binary.Count == dimensions, "ExclusionMask: binary must have one entry per dimension", binary);
        Check.That(mask.Count == rows, "ExclusionMask: mask must have one entry per candidate", mask);
        return (rows, rows / groups, dimensions);
    }

    /// <summary>The number of rows.</summary>
    public static long ResampleExp(Tensor values, Tensor mask, int candidates, int draws, Tensor indices, Tensor weights)
    {
        Check.That(candidates > 0 && values.Count % candidates == 0, "ResampleExp: values must be [B, N]", values);
        Draw(values);
        var rows = values.Count / candidates;
        Check.That(mask.Count == values.Count, "ResampleExp: mask must have one entry per value", mask);
        Check.That(draws > 0 && indices.Count == rows * draws, "ResampleExp: indices must be [B·K]", indices);
        Check.That(weights.Count == rows * draws, "ResampleExp: weights must be [B·K]", weights);
        return rows;
    }

    /// <summary>Rows of the actions, how many share a row of the states, and the columns of all three.</summary>
    public static (long Rows, long PerState, int Dimensions, int StateDimensions, int Columns) EncodeColumns(Tensor actions, Tensor states,
        Tensor source, Tensor kind, Tensor scale, Tensor y)
    {
        var columns = Columns(y);
        long rows = Rows(actions), stateRows = Rows(states);
        Check.That(stateRows > 0 && rows % stateRows == 0, "EncodeColumns: the rows of actions must be a multiple of those of states", actions);
        Check.That(y.Count == rows * columns, "EncodeColumns: y must be [rows of actions, F]", y);
        Check.That(source.Count == columns, "EncodeColumns: source must have one entry per column of y", source);
        Check.That(kind.Count == columns, "EncodeColumns: kind must have one entry per column of y", kind);
        Check.That(scale.Count == columns, "EncodeColumns: scale must have one entry per column of y", scale);
        return (rows, rows / stateRows, Columns(actions), Columns(states), columns);
    }
}
