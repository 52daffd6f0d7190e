using System.Numerics;
using System.Runtime.CompilerServices;

namespace ActionableModels.Compute.Cpu;

public sealed unsafe partial class CpuDevice
{
    /// <inheritdoc/>
    public override void MaxPool(Tensor x, Tensor y, Window window)
    {
        var s = Operands.Pool(x, y, window);
        ForBlocks(new PoolLoop(s, Check.Floats(x), Check.Floats(y)), (long)s.Batch * s.OutHeight,
            RowBlock((long)s.OutWidth * s.Out * s.Kernel * s.Kernel));
    }

    /// <inheritdoc/>
    public override void MaxPoolBackward(Tensor x, Tensor dy, Tensor dx, Window window)
    {
        var s = Operands.PoolBackward(x, dy, dx, window);
        // Windows that do not overlap let every row of them be done alone; otherwise an image is.
        var rowsAlone = s.Stride >= s.Kernel ? s.OutHeight : 1;
        ForBlocks(new PoolBackwardLoop(s, Check.Floats(x), Check.Floats(dy), Check.Floats(dx), rowsAlone), (long)s.Batch * rowsAlone, 1);
    }

    private struct PoolLoop(ConvolutionShape s, float* x, float* y) : IRange
    {
        public void Run(long begin, long end)
        {
            for (var row = begin; row < end; row++)
            {
                int n = (int)(row / s.OutHeight), i = (int)(row % s.OutHeight);
                int u0 = Math.Max(i * s.Stride - s.Top, 0), u1 = Math.Min(i * s.Stride - s.Top + s.Kernel, s.Height);
                for (var j = 0; j < s.OutWidth; j++)
                {
                    int v0 = Math.Max(j * s.Stride - s.Left, 0), v1 = Math.Min(j * s.Stride - s.Left + s.Kernel, s.Width);
                    Maximum((nint)n * s.Height, u0, u1, v0, v1, y + (row * s.OutWidth + j) * s.In);
                }
            }
        }

        /// <summary>The maximum over taps of every channel; the first of equal values stays.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Maximum(nint firstRow, int u0, int u1, int v0, int v1, float* destination)
        {
            var width = Vector<float>.Count;
            var pitch = (nint)s.Width * s.In;
            var corner = x + firstRow * pitch;
            var c = 0;
            for (; c <= s.In - 4 * width; c += 4 * width)
            {
                var tap = corner + u0 * pitch + (nint)v0 * s.In + c;
                Vector<float> a = Vector.Load(tap), b = Vector.Load(tap + width), d = Vector.Load(tap + 2 * width), e = Vector.Load(tap + 3 * width);
                for (var u = u0; u < u1; u++)
                {
                    tap = corner + u * pitch + (nint)v0 * s.In + c;
                    for (var v = v0; v < v1; v++, tap += s.In)
                    {
                        a = Larger(Vector.Load(tap), a);
                        b = Larger(Vector.Load(tap + width), b);
                        d = Larger(Vector.Load(tap + 2 * width), d);
                        e = Larger(Vector.Load(tap + 3 * width), e);
                    }
                }
                a.Store(destination + c);
                b.Store(destination + c + width);
                d.Store(destination + c + 2 * width);
                e.Store(destination + c + 3 * width);
            }
            for (; c < s.In; c++)
            {
                var best = corner[u0 * pitch + (nint)v0 * s.In + c];
                for (var u = u0; u < u1; u++)
                    for (var v = v0; v < v1; v++)
                    {
                        var value = corner[u * pitch + (nint)v * s.In + c];
                        best = value > best ? value : best;
                    }
                destination[c] = best;
            }
        }

        private static Vector<float> Larger(Vector<float> value, Vector<float> best) =>
            Vector.ConditionalSelect(Vector.GreaterThan(value, best), value, best);
    }

    private struct PoolBackwardLoop(ConvolutionShape s, float* x, float* dy, float* dx, int rowsAlone) : IRange
    {
        public void Run(long begin, long end)
        {
            var pitch = (nint)s.Width * s.In;
            for (var unit = begin; unit < end; unit++)
            {
                var image = (nint)(unit / rowsAlone) * s.Height * pitch;
                int first = rowsAlone == 1 ? 0 : (int)(unit % rowsAlone), last = rowsAlone == 1 ? s.OutHeight : first + 1;
                int top = first == 0 ? 0 : Math.Min(first * s.Stride - s.Top, s.Height),
                    bottom = last == s.OutHeight ? s.Height : Math.Min(last * s.Stride - s.Top, s.Height);
                new Span<float>(dx + image + top * pitch, checked((int)((bottom - top) * pitch))).Clear();
                for (var i = first; i < last; i++)
                    for (var j = 0; j < s.OutWidth; j++)
                        Route(image, i, j, dy + ((unit / rowsAlone * s.OutHeight + i) * s.OutWidth + j) * s.In);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Route(nint image, int i, int j, float* gradient)
        {
            int u0 = Math.Max(i * s.Stride - s.Top, 0), u1 = Math.Min(i * s.Stride - s.Top + s.Kernel, s.Height);
            int v0 = Math.Max(j * s.Stride - s.Left, 0), v1 = Math.Min(j * s.Stride - s.Left + s.Kernel, s.Width);
            var width = Vector<float>.Count;
            var c = 0;
            for (; c <= s.In - width; c += width)
            {
                var best = Vector.Load(x + At(image, u0, v0, c));
                for (var u = u0; u < u1; u++)
                    for (var v = v0; v < v1; v++)
                    {
                        var value = Vector.Load(x + At(image, u, v, c));
                        best = Vector.ConditionalSelect(Vector.GreaterThan(value, best), value, best);
                    }
                // Each lane's gradient goes to the first tap that equals the maximum and is then spent.
                var left = Vector.Load(gradient + c);
                for (var u = u0; u < u1; u++)
                    for (var v = v0; v < v1; v++)
                    {
                        var at = At(image, u, v, c);
                        var equal = Vector.Equals(Vector.Load(x + at), best);
                        (Vector.Load(dx + at) + Vector.ConditionalSelect(equal, left, Vector<float>.Zero)).Store(dx + at);
                        left = Vector.ConditionalSelect(equal, Vector<float>.Zero, left);
                    }
            }
            for (; c < s.In; c++)
            {
                var first = At(image, u0, v0, c);
                for (var u = u0; u < u1; u++)
                    for (var v = v0; v < v1; v++)
                        if (x[At(image, u, v, c)] > x[first]) first = At(image, u, v, c);
                dx[first] += gradient[c];
            }
        }

        private readonly nint At(nint image, int u, int v, int c) => image + ((nint)u * s.Width + v) * s.In + c;
    }
}
