using ActionableModels.Compute.Cpu.Winograd;

namespace ActionableModels.Compute.Cpu;

/// <summary>Dense products: pack the right-hand operand, then share out tiles of rows and panels.</summary>
internal sealed unsafe partial class Engine<TLanes, TVector>(WorkerPool pool, ConvolutionPath path) : Engine, IDisposable
    where TLanes : unmanaged, ILanes<TVector>
    where TVector : unmanaged
{
    /// <summary>Up to so many rows, packing an operand costs more than it gains.</summary>
    private const int FewRows = 192;

    /// <summary>From so many rows on, looking for zeros costs little beside the product.</summary>
    private const int FewestSparse = 16;

    private readonly Scratch packed = new(), masks = new(), starts = new(), partials = new(), perWorker = new();
    private readonly WinogradEngine<WinogradTile5, TLanes, TVector> winograd2 = new(pool);
    private readonly WinogradEngine<WinogradTile6, TLanes, TVector> winograd3 = new(pool);
    private readonly WinogradEngine<WinogradTile8, TLanes, TVector> winograd5 = new(pool);

    private static int Lanes => TLanes.Width;

    /// <inheritdoc/>
    public void Dispose()
    {
        packed.Dispose();
        masks.Dispose();
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

    public override int Width => Lanes;

    public override long PackedSize(int depth, int n) => Packing.Size(depth, n, Lanes);

    public override bool ReadsPanels(int rows, int depth, int n) =>
        (rows == 1 && SparseTile<TLanes, TVector>.Fits(n)) || !TakesDots(rows, depth, n);

    /// <summary>Whether sums are long enough, for rows so few, to read the weights as they lie.</summary>
    private static bool TakesDots(int rows, int depth, int n) => n == 1 || (rows <= FewRows && depth >= 16 * Lanes);

    public override void Pack(float* w, int depth, int n, float* panels) =>
        pool.Run(new PackTransposed(w, depth, depth, n, panels), Contractor<TLanes, TVector>.Panels(n));

    /// <summary>Panels for one operation.</summary>
    private float* PackOnce(float* w, int depth, int n)
    {
        var panels = packed.Get(PackedSize(depth, n));
        Pack(w, depth, n, panels);
        return panels;
    }

    public override void Dense(float* x, float* w, float* panels, float* bias, float* y, int rows, int depth, int n, bool relu)
    {
        var single = rows == 1 && panels is not null && SparseTile<TLanes, TVector>.Fits(n);
        if (!single && TakesDots(rows, depth, n))
        {
            ShareDots(new DotWork(x, w, Start(bias, n), y, rows, depth, n, relu));
            return;
        }
        var product = new Contraction
        {
            A = x, A2 = depth, D1 = 1, D2 = rows, C = y, C2 = n,
            K0 = 1, K1 = 1, K2 = depth, S2 = 1,
            B = panels is null ? PackOnce(w, depth, n) : panels, PanelStride = (nint)depth * Contractor<TLanes, TVector>.PanelWidth,
            N = n, Init = Start(bias, n), Relu = relu,
        };
        var sparse = rows >= FewestSparse && depth >= SparseTile<TLanes, TVector>.Terms && SparseTile<TLanes, TVector>.Fits(n);
        // Weights without panels of their own may diverge: there a zero must not hide one that is not finite.
        if (single || (sparse && (panels is not null || Nonzeros.Finite(product.B, (long)depth * n)))) ShareSparse(product, rows);
        else Share(product, rows);
    }

    public override void DenseBackwardData(float* dy, float* w, float* dx, int rows, int depth, int n)
    {
        var b = RowOperand(w, n, depth, rows, out var stride, out var panelStride);
        Share(new Contraction
        {
            A = dy, A2 = n, D1 = 1, D2 = rows, C = dx, C2 = depth,
            K0 = 1, K1 = 1, K2 = n, S2 = 1,
            B = b, BStride = stride, PanelStride = panelStride, N = depth, Init = Start(null, depth),
        }, rows);
    }

    public override void DenseBackwardFilter(float* x, float* dy, float* dw, int rows, int depth, int n)
    {
        var b = RowOperand(x, rows, depth, n, out var stride, out var panelStride);
        Share(new Contraction
        {
            A = dy, A2 = 1, D1 = 1, D2 = n, C = dw, C2 = depth,
            K0 = 1, K1 = 1, K2 = rows, S2 = n,
            B = b, BStride = stride, PanelStride = panelStride, N = depth, Init = Start(null, depth),
        }, n);
    }

    /// <summary>A right-hand operand [k, n]: read as it lies for a left-hand one of few rows, packed where enough of them share it.</summary>
    private float* RowOperand(float* source, int k, int n, int sharedBy, out nint stride, out nint panelStride)
    {
        if (sharedBy <= FewRows && n % Lanes == 0)
        {
            (stride, panelStride) = (n, Contractor<TLanes, TVector>.PanelWidth);
            return source;
        }
        (stride, panelStride) = (0, (nint)k * Contractor<TLanes, TVector>.PanelWidth);
        var b = packed.Get(Packing.Size(k, n, Lanes));
        pool.Run(new PackRows(source, n, k, n, b), (k + PackRows.Block - 1) / PackRows.Block);
        return b;
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

    private void ShareSparse(in Contraction product, int rows)
    {
        var work = new SparseWork(product, rows, (ulong*)masks.Get(2 * SparseWork.Masks(product.K2) * pool.Workers));
        if (pool.Workers == 1) work.All();
        else pool.Run(work, work.Units);
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

    /// <summary>
    /// A dense product in blocks of rows, each with all panels: those whose left-hand operand has zeros enough skip them.
    /// <paramref name="masks"/> has room for a block of each worker.
    /// </summary>
    private struct SparseWork(Contraction product, int rows, ulong* masks) : IWork
    {
        private const int RowsPerUnit = 64;
        // A skipped term saves less than a multiplied one costs: measured, the two paths meet at about three zeros in ten.
        private const double MostNonzero = 0.7;

        /// <summary>Masks of a block.</summary>
        public static long Masks(int depth)
        {
            const int terms = SparseTile<TLanes, TVector>.Terms;
            return RowsPerUnit * (((long)depth + terms - 1) / terms);
        }

        public readonly int Units => (rows + RowsPerUnit - 1) / RowsPerUnit;

        public readonly void All()
        {
            for (var unit = 0; unit < Units; unit++) Run(unit, 0);
        }

        public readonly void Run(int unit, int worker)
        {
            int first = unit * RowsPerUnit, count = Math.Min(RowsPerUnit, rows - first), depth = product.K2, n = product.N;
            var x = product.A + (nint)first * depth;
            var marks = masks + (nint)(worker * Masks(depth));
            // Panels are made for tiles of many rows: for one alone, skipping is never slower.
            if (Nonzeros.Mark(x, count, depth, marks) <= MostNonzero * count * depth || rows == 1)
            {
                var y = product.C + (nint)first * n;
                SparseTile<TLanes, TVector>.Run(x, marks, product.B, product.Init, y, count, depth, n, product.Relu);
                return;
            }
            var part = product;
            Contractor<TLanes, TVector>.Run(&part, first, first + count, 0, Contractor<TLanes, TVector>.Panels(n));
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

    private struct PackRows(float* source, nint stride, int depth, int n, float* destination) : IWork
    {
        public const int Block = 16;

        public void Run(int unit, int worker)
        {
            for (var k = unit * Block; k < Math.Min(depth, (unit + 1) * Block); k++)
                Packing.Row(source + k * stride, k, depth, n, Lanes, destination);
        }
    }
}
