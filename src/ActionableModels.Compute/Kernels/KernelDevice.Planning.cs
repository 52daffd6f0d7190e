namespace ActionableModels.Compute.Kernels;

public abstract partial class KernelDevice
{
    private static readonly Kernel cemRefit = new("cem_refit", "cem_refit", 256), argMaxRows = new("arg_max_rows", "arg_max_rows", 256),
        exclusionMask = new("exclusion_mask", "exclusion_mask", 256), resampleExp = new("resample_exp", "resample_exp", 64),
        encodeColumns = new("encode_columns", "encode_columns", 256);

    /// <inheritdoc/>
    public override void CemRefit(Tensor values, Tensor samples, int elites, Tensor mean, Tensor deviation)
    {
        var (groups, candidates, dimensions) = Operands.CemRefit(values, samples, elites, mean, deviation);
        var ranked = Scratch((long)groups * elites * sizeof(int));
        Call(cemRefit).Add(values).Add(samples).Add(mean).Add(deviation).Add(ranked, 0).Add(candidates).Add(elites)
            .Add(dimensions).Run(groups);
    }

    /// <inheritdoc/>
    public override void ArgMaxRows(Tensor values, Tensor indices, Tensor best)
    {
        var (rows, columns) = Operands.ArgMaxRows(values, indices, best);
        Call(argMaxRows).Add(values).Add(indices, ElementType.Int32).Add(best).Add(columns).Run(rows);
    }

    /// <inheritdoc/>
    public override void ExclusionMask(Tensor candidates, Tensor seen, Tensor scale, Tensor binary, float distance, Tensor mask)
    {
        var (rows, perGroup, dimensions) = Operands.ExclusionMask(candidates, seen, scale, binary, mask);
        Call(exclusionMask).Add(candidates).Add(seen).Add(scale).Add(binary).Add(mask).Add(distance).Add(rows).Add(perGroup).Add(dimensions)
            .Run(GroupsFor(rows));
    }

    /// <inheritdoc/>
    public override void ResampleExp(Tensor values, Tensor mask, int candidates, int draws, float temperature, RandomKey key,
        Tensor indices, Tensor weights)
    {
        var rows = Operands.ResampleExp(values, mask, candidates, draws, indices, weights);
        var scores = Scratch(values.Count * sizeof(float));
        Call(resampleExp).Add(values).Add(mask).Add(scores, 0).Add(indices, ElementType.Int32).Add(weights).Add(key)
            .Add(candidates).Add(draws).Add(temperature).Run(rows);
    }

    /// <summary>Sources and kinds are the device's: a column whose source or kind does not exist becomes NaN instead of an exception.</summary>
    /// <inheritdoc/>
    public override void EncodeColumns(Tensor actions, Tensor states, Tensor source, Tensor kind, Tensor scale, Tensor y)
    {
        var (rows, perState, dimensions, stateDimensions, columns) = Operands.EncodeColumns(actions, states, source, kind, scale, y);
        Call(encodeColumns).Add(actions).Add(states).Add(source, ElementType.Int32).Add(kind, ElementType.Int32).Add(scale).Add(y).Add(rows).Add(columns)
            .Add(dimensions).Add(stateDimensions).Add(perState).Run(MatrixGroups(rows, columns));
    }
}
