namespace ActionableModels.Compute;

/// <summary>
/// The operation set, which is the specification: every device computes these formulas. Feature maps are N,H,W,C, conv weights
/// O,H,W,I, dense weights [out, in], all float32 unless said. Outputs may not overlap inputs except where an operation says so.
/// The same inputs give the same bits on one device, whatever its number of threads. Shapes are checked; a mismatch throws
/// <see cref="ArgumentException"/>. Operations are queued in order; <see cref="Download{T}"/> and <see cref="Synchronize"/> wait.
/// </summary>
public abstract class Device : IDisposable
{
    /// <summary>Short name, as on the command line: cpu, opencl, cuda.</summary>
    public abstract string Name { get; }

    /// <summary>One line for a person: processor, instruction set, threads.</summary>
    public abstract string Description { get; }

    /// <summary>
    /// How many activations networks work on at once, in multiples of what suits a processor's caches: a device with thousands of lanes wants
    /// more. Results do not depend on it.
    /// </summary>
    public virtual int ChunkScale => 1;

    /// <summary>Bytes of the device's own memory that are allocated; null where it computes in the host's.</summary>
    public virtual long? AllocatedBytes => null;

    /// <summary>Takes a zeroed, 64-byte aligned block.</summary>
    /// <exception cref="ActionableException">There is not enough memory; the message says how much was asked for.</exception>
    public abstract DeviceMemory Allocate(long bytes);

    /// <summary>Copies from the host to the first elements of a tensor.</summary>
    public abstract void Upload<T>(ReadOnlySpan<T> source, Tensor destination) where T : unmanaged;

    /// <summary>Copies the first elements of a tensor to the host, after all queued work.</summary>
    public abstract void Download<T>(Tensor source, Span<T> destination) where T : unmanaged;

    /// <summary>Waits for all queued work.</summary>
    public abstract void Synchronize();

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>A device on the same memory that may compute while this one does, in <see cref="RunBoth"/>; this one where there is none.</summary>
    public virtual Device Aside => this;

    /// <summary>
    /// Runs two pieces of work, at the same time where there is a device <see cref="Aside"/>, and returns when both are done.
    /// Neither may write what the other reads or writes.
    /// </summary>
    /// <param name="here">Work on this device.</param>
    /// <param name="aside">Work on <see cref="Aside"/>.</param>
    public virtual void RunBoth(Action here, Action aside)
    {
        aside();
        here();
    }

    /// <summary>Prepares work for being repeated; see <see cref="WorkSequence"/>.</summary>
    public virtual WorkSequence Sequence(Action work) => new(work);

    // --- moving and filling ---

    /// <summary>y[i] = value.</summary>
    public abstract void Fill(Tensor y, float value);

    /// <summary>y[i] = x[i]; any equal element types.</summary>
    public abstract void Copy(Tensor x, Tensor y);

    /// <summary>
    /// y[b, :] = x[indices[b], :], rows being steps of the first dimension; any equal element types. indices is Int32: row numbers of x.
    /// </summary>
    public abstract void GatherRows(Tensor x, Tensor indices, Tensor y);

    /// <summary>y[i] = alpha·x[i] + beta·y[i]. beta = 0 ignores what y held.</summary>
    public abstract void Combine(float alpha, Tensor x, float beta, Tensor y);

    /// <summary>
    /// Joins or cuts along the last dimension: y[r, yOffset + j] = x[r, xOffset + j] for j in 0 … columns−1, all rows r, where
    /// each tensor is seen as [count / last extent, last extent].
    /// </summary>
    public abstract void CopyColumns(Tensor x, int xOffset, Tensor y, int yOffset, int columns);

    /// <summary>y[j] = Σ_r x[r, j] with x [R, C], in a fixed order.</summary>
    public abstract void SumRows(Tensor x, Tensor y);

    /// <summary>y[r, j] = x[j] for every row of y [R, C].</summary>
    public abstract void RepeatRow(Tensor x, Tensor y);

    // --- images ---

    /// <summary>
    /// Camera images to network input: y[n, i, j, channelOffset + c] = f(images[n, top_n + i, left_n + j, c] / 255).
    /// images is UInt8 [N, H0, W0, 3]; y is [N, H, W, C] with C ≥ channelOffset + 3; offsets is Int32 [N, 2] (top, left) with
    /// 0 ≤ top ≤ H0−H, 0 ≤ left ≤ W0−W. f is the identity when <paramref name="distortion"/> is null. Otherwise distortion is [N, 5]:
    /// brightness shift, saturation factor, hue shift in turns, contrast factor, noise deviation. In this order: add the brightness;
    /// convert to HSV (V the maximum, S = (maximum − minimum)/V and 0 where V ≤ 0, hue 0 for greys), multiply the saturation (then clip it to
    /// [0,1]), add the hue (modulo 1), convert back; contrast (x − m_c)·factor + m_c
    /// with m_c the image's channel mean at this point; add deviation · standard normal (Philox element (i·W + j)·3 + c of
    /// noise.Counter·N + n as the counter); clip to [0, 1]. Channels of y outside the three are left alone.
    /// (QT-Opt: ApplyPhotometricImageDistortions.)
    /// </summary>
    public abstract void ImageToFloat(Tensor images, Tensor offsets, Tensor? distortion, RandomKey noise, Tensor y, int channelOffset);

    // --- convolution ---

    /// <summary>
    /// y[n,i,j,o] = act(bias[o] + Σ_{u,v,c} x[n, i·s+u−before, j·s+v−before, c] · w[o,u,v,c]), zero outside the map. act is ReLU or
    /// the identity; bias may be null.
    /// </summary>
    public abstract void Conv2D(Tensor x, Tensor w, Tensor? bias, Tensor y, Window window, bool relu);

    /// <summary>dx = gradient of <see cref="Conv2D"/> (before act) with respect to x, given dy. dx is overwritten.</summary>
    public abstract void Conv2DBackwardData(Tensor dy, Tensor w, Tensor dx, Window window);

    /// <summary>
    /// dw (and dbias if not null) = gradients of <see cref="Conv2D"/> (before act), summed over n,i,j in a fixed order. Overwritten.
    /// </summary>
    public abstract void Conv2DBackwardFilter(Tensor x, Tensor dy, Tensor dw, Tensor? dbias, Window window);

    // --- pooling ---

    /// <summary>y = maximum over the window; padding never wins. The first maximum in row-major window order counts.</summary>
    public abstract void MaxPool(Tensor x, Tensor y, Window window);

    /// <summary>
    /// dx = dy routed to the first maximum of each window (recomputed from x), zero elsewhere; overlapping windows add. Overwritten.
    /// </summary>
    public abstract void MaxPoolBackward(Tensor x, Tensor dy, Tensor dx, Window window);

    // --- normalisation; x is seen as [R, C], C the last extent ---

    /// <summary>
    /// Batch normalisation in training form: m_c and v_c the mean and biased variance over rows; y = act(scale_c·(x − m_c)/√(v_c + ε) + shift_c).
    /// scale null means 1. batchMean and batchInverse [C] receive m_c and 1/√(v_c + ε); movingMean and movingVariance become
    /// decay·old + (1−decay)·new, the variance with R/(R−1) (TensorFlow's fused form; R = 1 uses 1). y null computes the statistics alone.
    /// </summary>
    public abstract void BatchNorm(Tensor x, Tensor? scale, Tensor shift, Tensor movingMean, Tensor movingVariance, float decay,
        float epsilon, bool relu, Tensor? y, Tensor batchMean, Tensor batchInverse);

    /// <summary>
    /// y = act(scale_c·(x − mean_c)·inverse_c + shift_c) for any rows of a batch whose statistics <see cref="BatchNorm"/> gave: the bits that it
    /// would have written.
    /// </summary>
    public abstract void Normalize(Tensor x, Tensor? scale, Tensor shift, Tensor batchMean, Tensor batchInverse, bool relu, Tensor y);

    /// <summary>Inference form: y = act(scale_c·(x − movingMean_c)/√(movingVariance_c + ε) + shift_c). y may be x.</summary>
    public abstract void BatchNormInference(Tensor x, Tensor? scale, Tensor shift, Tensor movingMean, Tensor movingVariance,
        float epsilon, bool relu, Tensor y);

    /// <summary>
    /// Gradients of <see cref="BatchNorm"/> through the batch statistics. dy is the gradient of y; with relu it is first masked by y &gt; 0,
    /// y being computed again. dx, dshift and dscale (null without scale) are overwritten. dx may be dy.
    /// </summary>
    public abstract void BatchNormBackward(Tensor x, Tensor dy, Tensor? scale, Tensor shift, Tensor batchMean, Tensor batchInverse,
        bool relu, Tensor dx, Tensor? dscale, Tensor dshift);

    /// <summary>
    /// Folds inference-form normalisation into the layer before it. w is [O, …]; k_o = scale_o/√(variance_o + ε);
    /// foldedW[o, …] = k_o·w[o, …]; foldedBias[o] = k_o·(bias[o] − mean_o) + shift_o. bias null means 0, scale null means 1.
    /// </summary>
    public abstract void FoldNorm(Tensor w, Tensor? bias, Tensor? scale, Tensor shift, Tensor mean, Tensor variance, float epsilon,
        Tensor foldedW, Tensor foldedBias);

    /// <summary>
    /// Whether <see cref="Conv2DAdd"/> costs no more than <see cref="Conv2D"/> and a <see cref="Sequence"/> may do less in one run than in
    /// another: then a caller gains by keeping the sums of input channels that stay as they are.
    /// </summary>
    public virtual bool AddsConvolutions => false;

    /// <summary>
    /// Whether <see cref="Conv2DAdd"/> of half of the channels of an input [N, H, W, C] costs about half of <see cref="Conv2D"/> of all: not
    /// where many channels make another way of multiplying pay.
    /// </summary>
    public virtual bool HalvesConvolution(Shape x, int outputs, Window window) => AddsConvolutions;

    /// <summary>
    /// y = act(start + <see cref="Conv2D"/>(x, w)): a convolution whose sums go on from those of another. start has the shape of y and shares
    /// no element with it.
    /// </summary>
    public virtual void Conv2DAdd(Tensor x, Tensor w, Tensor start, Tensor y, Window window, bool relu)
    {
        Operands.ConvolutionAdd(x, w, start, y, window);
        Conv2D(x, w, null, y, window, relu: false);
        Combine(1, start, 1, y);
        if (relu) ReluBackward(y, y, y);
    }

    // --- weights that many operations multiply by ---

    /// <summary>Whether a convolution of x [N, H, W, C] spares work where its weights are packed beforehand.</summary>
    public virtual bool ReadsPacked(Shape x, Tensor w, Window window) => false;

    /// <summary>Whether a dense layer on so many rows spares work where its weights are packed beforehand.</summary>
    public virtual bool ReadsPacked(int rows, Tensor w) => false;

    /// <summary>
    /// A window on the weights of a convolution or dense layer with room beside it for a copy in the order in which this device multiplies;
    /// <paramref name="w"/> itself where it keeps none. Operations given the window read the copy, so call <see cref="Pack"/> before the
    /// first and after every change of the weights. It is for finite weights, and for extents of which <see cref="ReadsPacked(int, Tensor)"/>
    /// is true: the sums of others may be rounded in another order.
    /// </summary>
    public virtual Tensor Packable(Arena arena, Tensor w) => w;

    /// <summary>Brings the copy beside a window of <see cref="Packable"/> up to date; does nothing for other tensors.</summary>
    public virtual void Pack(Tensor w) { }

    // --- dense ---

    /// <summary>y[r,o] = act(bias[o] + Σ_i x[r,i]·w[o,i]); x is seen as [R, in]; bias may be null.</summary>
    public abstract void Dense(Tensor x, Tensor w, Tensor? bias, Tensor y, bool relu);

    /// <summary>dx[r,i] = Σ_o dy[r,o]·w[o,i]. Overwritten.</summary>
    public abstract void DenseBackwardData(Tensor dy, Tensor w, Tensor dx);

    /// <summary>dw[o,i] = Σ_r dy[r,o]·x[r,i]; dbias[o] = Σ_r dy[r,o] if not null; fixed order. Overwritten.</summary>
    public abstract void DenseBackwardFilter(Tensor x, Tensor dy, Tensor dw, Tensor? dbias);

    // --- joining action contexts and image maps ---

    /// <summary>
    /// y[b·A + a, i, j, c] = act(map[b, i, j, c] + context[b·A + a, c]): A actions on each of B maps (QT-Opt's megabatch). y is
    /// [B·A, H, W, C], context [B·A, C], map [B, H, W, C].
    /// </summary>
    public abstract void BroadcastAdd(Tensor map, Tensor context, Tensor y, bool relu);

    /// <summary>
    /// dmap[b,i,j,c] = Σ_a dy[b·A+a,i,j,c]; dcontext[r,c] = Σ_{i,j} dy[r,i,j,c]; fixed order. Overwritten. dy is the gradient before act.
    /// </summary>
    public abstract void BroadcastAddBackward(Tensor dy, Tensor dmap, Tensor dcontext);

    /// <summary>
    /// The exact split of a 3×3 SAME stride-1 convolution over map + context (shared/reference/qtopt.md 1.6 states the algebra).
    /// table[r, 3·rowClass + columnClass, o] = Σ over the taps (u,v) that stay inside the map of Σ_c w[o,u,v,c]·context[r,c]; classes are
    /// 0 first, 1 middle, 2 last row or column. The map must be at least 2×2. table is [R, 9, O].
    /// </summary>
    public abstract void ContextTable(Tensor context, Tensor w, Tensor table);

    /// <summary>
    /// y[b·A+a, i, j, o] = act(bias[o] + map[b, i, j, o] + table[b·A+a, class(i,j), o]) with the classes of <see cref="ContextTable"/>;
    /// bias may be null.
    /// </summary>
    public abstract void BorderTableAdd(Tensor map, Tensor table, Tensor? bias, Tensor y, bool relu);

    /// <summary>
    /// A convolution on top of <see cref="BorderTableAdd"/> with ReLU: y = <see cref="Conv2D"/>(x, w, bias) with x = max(0, map + table + tableBias).
    /// A device may keep x to itself: <paramref name="sum"/> [B·A, H, W, O] is working memory whose content is undefined afterwards.
    /// </summary>
    public virtual void BorderTableConv2D(Tensor map, Tensor table, Tensor? tableBias, Tensor sum, Tensor w, Tensor? bias, Tensor y,
        Window window, bool relu)
    {
        BorderTableAdd(map, table, tableBias, sum, relu: true);
        Conv2D(sum, w, bias, y, window, relu);
    }

    /// <summary>
    /// The action part of a dense layer over a flattened map plus a broadcast context: y[o, c] = Σ_p w[o, p·C + c] with w [O, P·C], y [O, C].
    /// </summary>
    public abstract void SumPositions(Tensor w, Tensor y);

    // --- activations and losses ---

    /// <summary>dx[i] = y[i] &gt; 0 ? dy[i] : 0, with y the output of ReLU. dx may be dy or y.</summary>
    public abstract void ReluBackward(Tensor y, Tensor dy, Tensor dx);

    /// <summary>y[i] = 1/(1 + exp(−x[i])). y may be x.</summary>
    public abstract void Sigmoid(Tensor x, Tensor y);

    /// <summary>
    /// Weighted cross-entropy on logits: losses[i] = weights[i]·(max(z,0) − z·t + log(1 + exp(−|z|))); dlogits[i] =
    /// weights[i]·(sigmoid(z) − t). A weight of 0 gives exactly 0 for both.
    /// </summary>
    public abstract void SigmoidCrossEntropy(Tensor logits, Tensor targets, Tensor weights, Tensor losses, Tensor dlogits);

    /// <summary>
    /// Weighted squared error: losses[i] = ½·weights[i]·(x[i] − t[i])²; dx[i] = weights[i]·(x[i] − t[i]).
    /// </summary>
    public abstract void SquaredError(Tensor x, Tensor targets, Tensor weights, Tensor losses, Tensor dx);

    /// <summary>
    /// Labels of Q-learning (Algorithm 1, lines 8 to 12): y[i] = fixedTargets[i] where that is a number (not NaN), else
    /// max(discount·sigmoid(v), bounds[i]) with v = logits[i], or min(logits[i], lagged[i]) where lagged is not null. A NaN among v gives NaN.
    /// </summary>
    public abstract void BootstrapTargets(Tensor logits, Tensor? lagged, Tensor fixedTargets, Tensor bounds, float discount, Tensor y);

    // --- optimizers; all in place on the parameter ---

    /// <summary>TensorFlow's MomentumOptimizer: g' = g + decay·w; v = momentum·v + g'; w −= rate·v. decay is L2.</summary>
    public abstract void MomentumUpdate(Tensor w, Tensor g, Tensor v, float rate, float momentum, float decay);

    /// <summary>
    /// Adam with bias correction at step t ≥ 1: g' = g + decay·w; m = β1·m + (1−β1)·g'; v = β2·v + (1−β2)·g'²;
    /// w −= rate·(m/(1−β1^t))/(√(v/(1−β2^t)) + ε).
    /// </summary>
    public abstract void AdamUpdate(Tensor w, Tensor g, Tensor m, Tensor v, float rate, float beta1, float beta2, float epsilon,
        float decay, long t);

    /// <summary>average[i] += rate·(w[i] − average[i]): an exponential moving average with constant 1 − rate.</summary>
    public abstract void AverageUpdate(Tensor average, Tensor w, float rate);

    // --- random numbers and planning ---

    /// <summary>y[i] = mean + deviation·normal_i, redrawn while |normal_i| &gt; 2 (attempt k uses counter key.Counter + k·2³²).</summary>
    public abstract void TruncatedNormal(Tensor y, float mean, float deviation, RandomKey key);

    /// <summary>
    /// Uniform draws from a box with binary dimensions: y [R, D]; low, high, binary [D] (binary 1 or 0). Continuous:
    /// low + (high − low)·u; binary: low where low = high, else 1 if u &lt; ½, else 0. u is Philox uniform element r·D + d.
    /// </summary>
    public abstract void SampleBox(Tensor low, Tensor high, Tensor binary, RandomKey key, Tensor y);

    /// <summary>
    /// CEM's sampling (QT-Opt section 4.2): y [B·N, D], mean and deviation [B, D]. Continuous: clip(mean + deviation·normal, low, high);
    /// binary: low where low = high, else 1 if u &lt; mean, else 0. The random element of (b, n, d) is (b·N + n)·D + d, for normals and uniforms.
    /// </summary>
    public abstract void CemSample(Tensor mean, Tensor deviation, Tensor low, Tensor high, Tensor binary, RandomKey key, Tensor y);

    /// <summary>
    /// CEM's refit: for each b the <paramref name="elites"/> rows of samples [B·N, D] with the highest values [B·N] (ties: the lower index).
    /// mean = elite mean, in index order of rank; deviation = elite standard deviation with n − 1 (0 for one elite). Binary
    /// dimensions: mean is the elite frequency of 1. NaN is never an elite; with none left, the first sample is the one elite.
    /// </summary>
    public abstract void CemRefit(Tensor values, Tensor samples, int elites, Tensor mean, Tensor deviation);

    /// <summary>
    /// For each of B rows of values [B, N]: indices[b] (Int32) = b·N + the first maximum's position, best[b] = its value. Values are not
    /// NaN.
    /// </summary>
    public abstract void ArgMaxRows(Tensor values, Tensor indices, Tensor best);

    /// <summary>
    /// Marks candidates far enough from the seen action: mask[b·N+n] = 1 if any binary dimension differs by more than ½ or
    /// √(Σ_d ((candidate − seen)·scale_d)²) over the continuous ones is at least <paramref name="distance"/>; else 0.
    /// candidates [B·N, D], seen [B, D], scale and binary [D].
    /// </summary>
    public abstract void ExclusionMask(Tensor candidates, Tensor seen, Tensor scale, Tensor binary, float distance, Tensor mask);

    /// <summary>
    /// Draws K of N candidates per row without replacement, with probabilities ∝ exp(values/temperature) among those with mask not 0 and
    /// values not NaN (the paper, section 4.1): the K largest of values/temperature − log(−log u) (Gumbel top-K; u is Philox element
    /// b·N + n), ties to the lower index.
    /// indices [B·K] (Int32) are row numbers b·N + n; weights [B·K] are 1/(number drawn). When fewer than K are allowed the
    /// remaining slots repeat index b·N with weight 0; a row with none allowed has weights 0 only.
    /// </summary>
    public abstract void ResampleExp(Tensor values, Tensor mask, int candidates, int draws, float temperature, RandomKey key,
        Tensor indices, Tensor weights);

    /// <summary>
    /// Selects and encodes columns: y[r, f] = enc_f(v)·scale_f with v = actions[r, source_f] if source_f &lt; D, else
    /// states[r / A, source_f − D], A = rows of actions / rows of states. kind_f: 0 identity, 1 sine, 2 cosine. source, kind (Int32) and
    /// scale are [F].
    /// </summary>
    public abstract void EncodeColumns(Tensor actions, Tensor states, Tensor source, Tensor kind, Tensor scale, Tensor y);
}
