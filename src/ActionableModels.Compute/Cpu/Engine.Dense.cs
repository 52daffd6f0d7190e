using ActionableModels.Compute.Cpu.Winograd;

namespace ActionableModels.Compute.Cpu;

/// <summary>Dense products: pack the right-hand operand, then share out tiles of rows and panels.</summary>
internal sealed unsafe partial class Engine<TLanes, TVector>(WorkerPool pool, ConvolutionPath path) : Engine, IDisposable
    where TLanes : unmanaged, ILanes<TVector>
    where TVector : unmanaged
{
    /// <summary>Up to so many rows, transposing the weights costs more than it gains.</summary>
    private const int FewRows = 192;

    private readonly Scratch packed = new(), starts = new(), partials = new(), perWorker = new();
    private readonly WinogradEngine<WinogradTile5, TLanes, TVector> winograd2 = new(pool);
    private readonly WinogradEngine<WinogradTile6, TLanes, TVector> winograd3 = new(pool);
    private readonly WinogradEngine<WinogradTile8, TLanes, TVector> winograd5 = new(pool);

    private static int Lanes => TLanes.Width;

    /// <inheritdoc/>
    public void Dispose()
    {
        packed.Dispose();
        starts.Dispose();
        partials.Dispose();
        perWorker.Dispose();
        winograd2.Dispose();
        winograd3.Dispose();
        winograd5.Dispose();
    }

    /// <summary>The Winograd engine of a convolution, or null where the direct path serves an output of this size better.</summary>
    private WinogradEngine? Winograd(in ConvolutionShape s, int outHeight, int outWidth, bool filterGradient = false)
    {
        // Measured: sorting pixels by phase takes back a part of the gain, and more of it where sums go to partial results.
        var share = s.Stride == 1 ? 0.8 : filterGradient ? 0.45 : 0.6;
        if (path == ConvolutionPath.Direct
            || !WinogradEngine.Pays(share, s.Kernel, s.Stride, s.Batch, outHeight, outWidth, s.In, s.Out)) return null;
        return ((s.Kernel + s.Stride - 1) / s.Stride) switch { 2 => winograd2, 3 => winograd3, _ => winograd5 };
    }

    public override void Dense(float* x, float* w, float* bias, float* y, int rows, int depth, int n, bool relu)
    {
        if (n == 1 || (rows <= FewRows && depth >= 16 * Lanes))
        {
            ShareDots(new DotWork(x, w, Start(bias, n), y, rows, depth, n, relu));
            return;
        }
        var b = packed.Get(Packing.Size(depth, n, Lanes));
        pool.Run(new PackTransposed(w, depth, depth, n, b), Contractor<TLanes, TVector>.Panels(n));
        Share(new Contraction
        {
            A = x, A2 = depth, D1 = 1, D2 = rows, C = y, C2 = n,
            K0 = 1, K1 = 1, K2 = depth, S2 = 1,
            B = b, PanelStride = (nint)depth * Contractor<TLanes, TVector>.PanelWidth, N = n, Init = Start(bias, n), Relu = relu,
        }, rows);
    }

    public override void DenseBackwardData(float* dy, float* w, float* dx, int rows, int depth, int n)
    {
        ShareUnpacked(new Contraction
        {
            A = dy, A2 = n, D1 = 1, D2 = rows, C = dx, C2 = depth,
            K0 = 1, K1 = 1, K2 = n, S2 = 1,
            B = w, BStride = depth, N = depth, Init = Start(null, depth),
        }, rows);
    }

    public override void DenseBackwardFilter(float* x, float* dy, float* dw, int rows, int depth, int n)
    {
        ShareUnpacked(new Contraction
        {
            A = dy, A2 = 1, D1 = 1, D2 = n, C = dw, C2 = depth,
            K0 = 1, K1 = 1, K2 = rows, S2 = n,
            B = x, BStride = depth, N = depth, Init = Start(null, depth),
        }, n);
    }

    /// <summary>What sums start from: the bias, or zeros, readable up to whole vectors.</summary>
    private float* Start(float* bias, int n)
    {
        var size = Packing.Padded(n, Lanes);
        var start = starts.Get(size);
        Raw.Clear(start, size);
        if (bias is not null) Raw.Copy(bias, start, n);
        return start;
    }

    private void Share(in Contraction contraction, int rows)
    {
        const int rowsPerUnit = 96;
        var panels = Contractor<TLanes, TVector>.Panels(contraction.N);
        if (pool.Workers == 1)
        {
            var whole = contraction;
            Contractor<TLanes, TVector>.Run(&whole, 0, rows, 0, panels);
            return;
        }
        pool.Run(new ProductWork(contraction, rows, rowsPerUnit, panels), (rows + rowsPerUnit - 1) / rowsPerUnit * panels);
    }

    private void ShareDots(DotWork work)
    {
        if (pool.Workers == 1) work.All();
        else pool.Run(work, work.Units);
    }

    private struct DotWork(float* x, float* w, float* start, float* y, int rows, int depth, int n, bool relu) : IWork
    {
        private const int RowsPerUnit = 48, OutputsPerUnit = 2 * DotTile<TLanes, TVector>.Outputs;

        public readonly int Units => n == 1 ? (rows + RowsPerUnit - 1) / RowsPerUnit : (n + OutputsPerUnit - 1) / OutputsPerUnit;

        public void All()
        {
            if (n == 1) DotTile<TLanes, TVector>.RunSingle(x, w, *start, y, depth, relu, 0, rows);
            else DotTile<TLanes, TVector>.Run(x, w, start, y, depth, n, relu, 0, rows, 0, n);
        }

        public void Run(int unit, int worker)
        {
            if (n == 1)
                DotTile<TLanes, TVector>.RunSingle(x, w, *start, y, depth, relu, unit * RowsPerUnit, Math.Min(rows, (unit + 1) * RowsPerUnit));
            else
                DotTile<TLanes, TVector>.Run(x, w, start, y, depth, n, relu, 0, rows, unit * OutputsPerUnit,
                    Math.Min(n, (unit + 1) * OutputsPerUnit));
        }
    }

    private struct ProductWork(Contraction contraction, int rows, int rowsPerUnit, int panels) : IWork
    {
        public void Run(int unit, int worker)
        {
            var part = contraction;
            int row = unit / panels * rowsPerUnit, panel = unit % panels;
            Contractor<TLanes, TVector>.Run(&part, row, Math.Min(rows, row + rowsPerUnit), panel, panel + 1);
        }
    }

    private struct PackTransposed(float* source, nint stride, int depth, int n, float* destination) : IWork
    {
        public void Run(int unit, int worker) =>
            Packing.TransposedPanel(source, stride, depth, n, unit * Contractor<TLanes, TVector>.PanelWidth, Lanes, destination);
    }

    /// <summary>Shares out a product whose B is a matrix as it lies: each unit packs its panel for itself, into cache.</summary>
    private void ShareUnpacked(in Contraction contraction, int rows)
    {
        const int rowsPerUnit = 192;
        var panels = Contractor<TLanes, TVector>.Panels(contraction.N);
        var depth = contraction.K2;
        nint stride = (depth * Contractor<TLanes, TVector>.PanelWidth + 15) & ~15;
        pool.Run(new UnpackedWork(contraction, rows, rowsPerUnit, panels, perWorker.Get(stride * pool.Workers), stride),
            (rows + rowsPerUnit - 1) / rowsPerUnit * panels);
    }

    private struct UnpackedWork(Contraction contraction, int rows, int rowsPerUnit, int panels, float* scratch, nint stride) : IWork
    {
        public void Run(int unit, int worker)
        {
            int row = unit / panels * rowsPerUnit, panel = unit % panels, column = panel * Contractor<TLanes, TVector>.PanelWidth;
            var part = contraction;
            part.N = Math.Min(contraction.N - column, Contractor<TLanes, TVector>.PanelWidth);
            part.B = scratch + worker * stride;
            part.BStride = 0;
            part.C += column;
            var width = part.N > Lanes ? 2 * Lanes : Lanes;
            for (var k = 0; k < contraction.K2; k++)
            {
                Raw.Copy(contraction.B + k * contraction.BStride + column, part.B + k * width, part.N);
                if (part.N < width) Raw.Clear(part.B + k * width + part.N, width - part.N);
            }
            Contractor<TLanes, TVector>.Run(&part, row, Math.Min(rows, row + rowsPerUnit), 0, 1);
        }
    }
}
