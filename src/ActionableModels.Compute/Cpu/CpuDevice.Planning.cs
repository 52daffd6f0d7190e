namespace ActionableModels.Compute.Cpu;

public sealed unsafe partial class CpuDevice
{
    /// <inheritdoc/>
    public override void CemRefit(Tensor values, Tensor samples, int elites, Tensor mean, Tensor deviation)
    {
        var (groups, candidates, dimensions) = Operands.CemRefit(values, samples, elites, mean, deviation);
        var ranks = (int*)tables.Get((long)groups * elites);
        ForBlocks(new RefitLoop
        {
            Values = Check.Floats(values), Samples = Check.Floats(samples), Mean = Check.Floats(mean), Deviation = Check.Floats(deviation),
            Ranks = ranks, Candidates = candidates, Elites = elites, Dimensions = dimensions,
        }, groups, RowBlock((long)elites * candidates));
    }

    /// <inheritdoc/>
    public override void ArgMaxRows(Tensor values, Tensor indices, Tensor best)
    {
        var (rows, columns) = Operands.ArgMaxRows(values, indices, best);
        ForBlocks(new ArgMaxLoop(Check.Floats(values), Check.Integers(indices), Check.Floats(best), columns), rows, RowBlock(columns));
    }

    /// <inheritdoc/>
    public override void ExclusionMask(Tensor candidates, Tensor seen, Tensor scale, Tensor binary, float distance, Tensor mask)
    {
        var (rows, perGroup, dimensions) = Operands.ExclusionMask(candidates, seen, scale, binary, mask);
        ForBlocks(new ExclusionLoop(Check.Floats(candidates), Check.Floats(seen), Check.Floats(scale), Check.Floats(binary), distance,
            Check.Floats(mask),
            perGroup, dimensions), rows, RowBlock(dimensions));
    }

    /// <inheritdoc/>
    public override void ResampleExp(Tensor values, Tensor mask, int candidates, int draws, float temperature, RandomKey key,
        Tensor indices, Tensor weights)
    {
        var rows = Operands.ResampleExp(values, mask, candidates, draws, indices, weights);
        ForBlocks(new ResampleLoop
        {
            Values = Check.Floats(values), Mask = Check.Floats(mask), Scores = tables.Get(values.Count), Weights = Check.Floats(weights),
            Indices = Check.Integers(indices), Candidates = candidates, Draws = draws, Temperature = temperature, Key = key,
        }, rows, RowBlock(16L * candidates));
    }

    /// <inheritdoc/>
    public override void EncodeColumns(Tensor actions, Tensor states, Tensor source, Tensor kind, Tensor scale, Tensor y)
    {
        var (rows, perState, dimensions, stateDimensions, columns) = Operands.EncodeColumns(actions, states, source, kind, scale, y);
        int* sources = Check.Integers(source), kinds = Check.Integers(kind);
        for (var f = 0; f < columns; f++)
            if (sources[f] < 0 || sources[f] >= dimensions + stateDimensions || kinds[f] is < 0 or > 2)
                throw new ArgumentException(
                    $"EncodeColumns: column {f} has source {sources[f]} and kind {kinds[f]}, of {dimensions} + {stateDimensions} sources and 3 kinds");
        ForBlocks(new EncodeLoop
        {
            Actions = Check.Floats(actions), States = Check.Floats(states), Scale = Check.Floats(scale), Y = Check.Floats(y),
            Source = sources, Kind = kinds,
            Dimensions = dimensions, StateDimensions = stateDimensions, Columns = columns, PerState = perState,
        }, rows, RowBlock(4L * columns));
    }

    private struct RefitLoop : IRange
    {
        public float* Values, Samples, Mean, Deviation;
        public int* Ranks;
        public int Candidates, Elites, Dimensions;

        public readonly void Run(long begin, long end)
        {
            for (var b = begin; b < end; b++)
            {
                var ranks = Ranks + b * Elites;
                var found = Ranking.Top(Values + b * Candidates, Candidates, Elites, ranks);
                if (found == 0) ranks[found++] = 0;
                var samples = Samples + b * Candidates * Dimensions;
                for (var d = 0; d < Dimensions; d++)
                {
                    double sum = 0, squares = 0;
                    for (var e = 0; e < found; e++) sum += samples[(long)ranks[e] * Dimensions + d];
                    var mean = sum / found;
                    for (var e = 0; e < found; e++)
                    {
                        var difference = samples[(long)ranks[e] * Dimensions + d] - mean;
                        squares += difference * difference;
                    }
                    Mean[b * Dimensions + d] = (float)mean;
                    Deviation[b * Dimensions + d] = found > 1 ? (float)Math.Sqrt(squares / (found - 1)) : 0;
                }
            }
        }
    }

    private struct ArgMaxLoop(float* values, int* indices, float* best, int columns) : IRange
    {
        public void Run(long begin, long end)
        {
            for (var b = begin; b < end; b++)
            {
                var row = values + b * columns;
                var first = 0;
                for (var n = 1; n < columns; n++)
                    if (row[n] > row[first]) first = n;
                (indices[b], best[b]) = ((int)(b * columns + first), row[first]);
            }
        }
    }

    private struct ExclusionLoop(float* candidates, float* seen, float* scale, float* binary, float distance, float* mask, long perGroup,
        int dimensions) : IRange
    {
        public void Run(long begin, long end)
        {
            for (var r = begin; r < end; r++)
            {
                float* candidate = candidates + r * dimensions, other = seen + r / perGroup * dimensions;
                var squares = 0f;
                var differs = false;
                for (var d = 0; d < dimensions; d++)
                {
                    var difference = candidate[d] - other[d];
                    if (binary[d] != 0) differs |= MathF.Abs(difference) > 0.5f;
                    else squares += difference * scale[d] * (difference * scale[d]);
                }
                mask[r] = differs || MathF.Sqrt(squares) >= distance ? 1 : 0;
            }
        }
    }

    private struct ResampleLoop : IRange
    {
        public float* Values, Mask, Scores, Weights;
        public int* Indices;
        public int Candidates, Draws;
        public float Temperature;
        public RandomKey Key;

        public readonly void Run(long begin, long end)
        {
            for (var b = begin; b < end; b++)
            {
                var allowed = 0;
                for (var i = b * Candidates; i < (b + 1) * Candidates; i++)
                {
                    if (Mask[i] == 0)
                    {
                        Scores[i] = float.NaN;
                        continue;
                    }
                    allowed++;
                    Scores[i] = Values[i] / Temperature - MathF.Log(-MathF.Log(Philox.Uniform(Key, (uint)i)));
                }
                var drawn = Math.Min(allowed, Draws);
                var slots = Indices + b * Draws;
                drawn = Ranking.Top(Scores + b * Candidates, Candidates, drawn, slots);
                for (var k = 0; k < Draws; k++)
                {
                    slots[k] = (int)(b * Candidates) + (k < drawn ? slots[k] : 0);
                    Weights[b * Draws + k] = k < drawn ? 1f / drawn : 0;
                }
            }
        }
    }

    private struct EncodeLoop : IRange
    {
        public float* Actions, States, Scale, Y;
        public int* Source, Kind;
        public int Dimensions, StateDimensions, Columns;
        public long PerState;

        public readonly void Run(long begin, long end)
        {
            for (var r = begin; r < end; r++)
                for (var f = 0; f < Columns; f++)
                {
                    var value = Source[f] < Dimensions
                        ? Actions[r * Dimensions + Source[f]]
                        : States[r / PerState * StateDimensions + Source[f] - Dimensions];
                    Y[r * Columns + f] = Scale[f] * (Kind[f] switch { 1 => MathF.Sin(value), 2 => MathF.Cos(value), _ => value });
                }
        }
    }
}
