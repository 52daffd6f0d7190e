using System.Numerics.Tensors;

namespace ActionableModels.Compute.Cpu;

public sealed unsafe partial class CpuDevice
{
    private const long ElementBlock = 1 << 14;

    /// <inheritdoc/>
    public override void Fill(Tensor y, float value) => ForBlocks(new FillLoop(Check.Floats(y), value), y.Count, ElementBlock);

    /// <inheritdoc/>
    public override void Copy(Tensor x, Tensor y)
    {
        Operands.Copy(x, y);
        ForBlocks(new CopyLoop(Check.Bytes(x), Check.Bytes(y)), x.Count * x.Type.Size(), 4 * ElementBlock);
    }

    /// <inheritdoc/>
    public override void GatherRows(Tensor x, Tensor indices, Tensor y)
    {
        Operands.GatherRows(x, indices, y);
        int rows = x.Shape[0], count = y.Shape[0];
        var index = Check.Integers(indices);
        for (var i = 0; i < count; i++)
            if ((uint)index[i] >= (uint)rows)
                throw new ArgumentException($"GatherRows: index {index[i]} at {i} is outside x, which has {rows} rows");
        var bytes = x.Shape.RowCount * x.Type.Size();
        ForBlocks(new GatherLoop(Check.Bytes(x), index, Check.Bytes(y), bytes), count, RowBlock(bytes / 4));
    }

    /// <inheritdoc/>
    public override void Combine(float alpha, Tensor x, float beta, Tensor y)
    {
        Operands.Combine(x, y);
        ForBlocks(new CombineLoop(alpha, Check.Floats(x), beta, Check.Floats(y)), x.Count, ElementBlock);
    }

    /// <inheritdoc/>
    public override void CopyColumns(Tensor x, int xOffset, Tensor y, int yOffset, int columns)
    {
        Operands.CopyColumns(x, xOffset, y, yOffset, columns);
        int from = Operands.Columns(x), to = Operands.Columns(y), size = x.Type.Size();
        ForBlocks(new CopyColumnsLoop(Check.Bytes(x) + xOffset * size, (long)from * size, Check.Bytes(y) + yOffset * size,
            (long)to * size, columns * size),
            Operands.Rows(x), RowBlock(columns));
    }

    /// <inheritdoc/>
    public override void SumRows(Tensor x, Tensor y)
    {
        Operands.SumRows(x, y);
        SumColumns(Check.Floats(x), Operands.Rows(x), Operands.Columns(x), Check.Floats(y));
    }

    /// <inheritdoc/>
    public override void RepeatRow(Tensor x, Tensor y)
    {
        Operands.RepeatRow(x, y);
        ForBlocks(new RepeatLoop(Check.Floats(x), Check.Floats(y), (int)x.Count), Operands.Rows(y), RowBlock(x.Count));
    }

    /// <summary>y[j] = Σ_r x[r, j]: floats within blocks of a fixed number of rows, doubles over the blocks in order.</summary>
    private void SumColumns(float* x, long rows, int columns, float* y)
    {
        var blocks = (rows + SumBlock - 1) / SumBlock;
        var partials = reductions.Get(blocks * columns);
        ForBlocks(new SumLoop(x, columns, partials), rows, SumBlock);
        for (var c = 0; c < columns; c++) y[c] = (float)SumOfBlocks(partials + c, columns, blocks);
    }

    private const long SumBlock = 256;

    private static double SumOfBlocks(float* partials, nint stride, long blocks)
    {
        var sum = 0.0;
        for (var b = 0L; b < blocks; b++) sum += partials[b * stride];
        return sum;
    }

    /// <summary>Rows in a block of about <see cref="ElementBlock"/> elements.</summary>
    private static long RowBlock(long columns) => Math.Max(1, ElementBlock / Math.Max(columns, 1));

    private struct FillLoop(float* y, float value) : IRange
    {
        public void Run(long begin, long end) => new Span<float>(y + begin, (int)(end - begin)).Fill(value);
    }

    private struct CopyLoop(byte* x, byte* y) : IRange
    {
        public void Run(long begin, long end) => Buffer.MemoryCopy(x + begin, y + begin, end - begin, end - begin);
    }

    private struct GatherLoop(byte* x, int* indices, byte* y, long bytes) : IRange
    {
        public void Run(long begin, long end)
        {
            for (var i = begin; i < end; i++) Buffer.MemoryCopy(x + indices[i] * bytes, y + i * bytes, bytes, bytes);
        }
    }

    private struct CombineLoop(float alpha, float* x, float beta, float* y) : IRange
    {
        public void Run(long begin, long end)
        {
            var from = new ReadOnlySpan<float>(x + begin, (int)(end - begin));
            var to = new Span<float>(y + begin, (int)(end - begin));
            if (beta == 0)
            {
                TensorPrimitives.Multiply(from, alpha, to);
                return;
            }
            if (beta != 1) TensorPrimitives.Multiply(to, beta, to);
            TensorPrimitives.MultiplyAdd(from, alpha, to, to);
        }
    }

    private struct CopyColumnsLoop(byte* x, long xPitch, byte* y, long yPitch, long bytes) : IRange
    {
        public void Run(long begin, long end)
        {
            for (var r = begin; r < end; r++) Buffer.MemoryCopy(x + r * xPitch, y + r * yPitch, bytes, bytes);
        }
    }

    private struct RepeatLoop(float* x, float* y, int columns) : IRange
    {
        public void Run(long begin, long end)
        {
            for (var r = begin; r < end; r++) new ReadOnlySpan<float>(x, columns).CopyTo(new Span<float>(y + r * columns, columns));
        }
    }

    private struct SumLoop(float* x, int columns, float* partials) : IRange
    {
        public void Run(long begin, long end) =>
            RowKernels.SumRows(x + begin * columns, (int)(end - begin), columns, partials + begin / SumBlock * columns);
    }
}
