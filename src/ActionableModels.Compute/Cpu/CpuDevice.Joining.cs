namespace ActionableModels.Compute.Cpu;

public sealed unsafe partial class CpuDevice
{
    /// <inheritdoc/>
    public override void BroadcastAdd(Tensor map, Tensor context, Tensor y, bool relu)
    {
        var (maps, actions, positions, channels) = Operands.BroadcastAdd(map, context, y);
        ForBlocks(new BroadcastLoop(Check.Floats(map), Check.Floats(context), Check.Floats(y), actions, positions, channels, relu),
            (long)maps * actions, RowBlock((long)positions * channels));
    }

    /// <inheritdoc/>
    public override void BroadcastAddBackward(Tensor dy, Tensor dmap, Tensor dcontext)
    {
        var (maps, actions, positions, channels) = Operands.BroadcastAdd(dmap, dcontext, dy);
        float* from = Check.Floats(dy);
        ForBlocks(new SumActionsLoop(from, Check.Floats(dmap), actions, positions * channels), maps,
            RowBlock((long)actions * positions * channels));
        ForBlocks(new SumPositionsLoop(from, Check.Floats(dcontext), positions, channels), (long)maps * actions,
            RowBlock((long)positions * channels));
    }

    /// <inheritdoc/>
    public override void ContextTable(Tensor context, Tensor w, Tensor table)
    {
        var (rows, channels, outputs) = Operands.ContextTable(context, w, table);
        if (table.Count == 0) return;
        var sums = tables.Get(9L * outputs * channels);
        ForBlocks(new BorderSumsLoop(Check.Floats(w), outputs, channels, sums), outputs, RowBlock(81L * channels));
        engine.Dense(Check.Floats(context), sums, null, null, Check.Floats(table), rows, channels, 9 * outputs, false);
    }

    /// <inheritdoc/>
    public override void BorderTableAdd(Tensor map, Tensor table, Tensor? bias, Tensor y, bool relu)
    {
        var (rows, actions, height, width, outputs) = Operands.BorderTableAdd(map, table, bias, y);
        var biased = tables.Get(table.Count);
        ForBlocks(new BiasedTableLoop(Check.Floats(table), Check.FloatsOrNull(bias), biased, outputs), 9L * rows, RowBlock(outputs));
        ForBlocks(new BorderAddLoop(Check.Floats(map), biased, Check.Floats(y), actions, height, width, outputs, relu),
            (long)rows * height, RowBlock((long)width * outputs));
    }

    /// <inheritdoc/>
    public override void SumPositions(Tensor w, Tensor y)
    {
        var (outputs, positions, channels) = Operands.SumPositions(w, y);
        ForBlocks(new SumPositionsLoop(Check.Floats(w), Check.Floats(y), positions, channels), outputs, RowBlock((long)positions * channels));
    }

    private struct BroadcastLoop(float* map, float* context, float* y, int actions, int positions, int channels, bool relu) : IRange
    {
        public void Run(long begin, long end)
        {
            for (var r = begin; r < end; r++)
            {
                float* added = context + r * channels, from = map + r / actions * positions * channels,
                    to = y + r * positions * channels;
                for (var p = 0; p < positions; p++, from += channels, to += channels)
                    RowKernels.Add(from, added, relu, channels, to);
            }
        }
    }

    private struct SumActionsLoop(float* dy, float* dmap, int actions, int length) : IRange
    {
        public void Run(long begin, long end)
        {
            for (var b = begin; b < end; b++)
            {
                var sum = new Span<float>(dmap + b * length, length);
                sum.Clear();
                for (var a = 0; a < actions; a++) RowKernels.Accumulate(new ReadOnlySpan<float>(dy + (b * actions + a) * length, length), sum);
            }
        }
    }

    /// <summary>y[r, c] = Σ_p x[r, p, c].</summary>
    private struct SumPositionsLoop(float* x, float* y, int positions, int channels) : IRange
    {
        public void Run(long begin, long end)
        {
            for (var r = begin; r < end; r++)
            {
                var sum = new Span<float>(y + r * channels, channels);
                sum.Clear();
                for (var p = 0; p < positions; p++)
                    RowKernels.Accumulate(new ReadOnlySpan<float>(x + (r * positions + p) * channels, channels), sum);
            }
        }
    }

    /// <summary>sums[class, o, c] = Σ over the taps that a pixel of the class has inside the map.</summary>
    private struct BorderSumsLoop(float* w, int outputs, int channels, float* sums) : IRange
    {
        public void Run(long begin, long end)
        {
            for (var o = begin; o < end; o++)
                for (var border = 0; border < 9; border++)
                {
                    var sum = new Span<float>(sums + (border * outputs + o) * channels, channels);
                    sum.Clear();
                    for (var u = 0; u < 3; u++)
                        for (var v = 0; v < 3; v++)
                            if (Inside(border / 3, u) && Inside(border % 3, v))
                                RowKernels.Accumulate(new ReadOnlySpan<float>(w + ((o * 3 + u) * 3 + v) * channels, channels), sum);
                }
        }

        private static bool Inside(int side, int tap) => !(side == 0 && tap == 0) && !(side == 2 && tap == 2);
    }

    private struct BiasedTableLoop(float* table, float* bias, float* biased, int outputs) : IRange
    {
        public void Run(long begin, long end)
        {
            for (var r = begin; r < end; r++)
            {
                var row = new ReadOnlySpan<float>(table + r * outputs, outputs);
                var result = new Span<float>(biased + r * outputs, outputs);
                row.CopyTo(result);
                if (bias is not null) RowKernels.Accumulate(new ReadOnlySpan<float>(bias, outputs), result);
            }
        }
    }

    private struct BorderAddLoop(float* map, float* table, float* y, int actions, int height, int width, int outputs, bool relu) : IRange
    {
        public void Run(long begin, long end)
        {
            for (var line = begin; line < end; line++)
            {
                long r = line / height, i = line % height;
                float* from = map + (r / actions * height + i) * width * outputs, to = y + line * width * outputs,
                    rows = table + (r * 9 + 3 * Class(i, height)) * outputs;
                for (var j = 0; j < width; j++, from += outputs, to += outputs)
                    RowKernels.Add(from, rows + Class(j, width) * outputs, relu, outputs, to);
            }
        }

        private static int Class(long position, int extent) => position == 0 ? 0 : position == extent - 1 ? 2 : 1;
    }
}
