namespace ActionableModels.Compute.Kernels;

public abstract partial class KernelDevice
{
#pragma warning disable CS1591
    public override void Fill(Tensor y, float value) => throw new NotImplementedException();
    public override void Copy(Tensor x, Tensor y) => throw new NotImplementedException();
    public override void GatherRows(Tensor x, Tensor indices, Tensor y) => throw new NotImplementedException();
    public override void Combine(float alpha, Tensor x, float beta, Tensor y) => throw new NotImplementedException();
    public override void CopyColumns(Tensor x, int xOffset, Tensor y, int yOffset, int columns) => throw new NotImplementedException();
    public override void SumRows(Tensor x, Tensor y) => throw new NotImplementedException();
    public override void RepeatRow(Tensor x, Tensor y) => throw new NotImplementedException();
    public override void ImageToFloat(Tensor images, Tensor offsets, Tensor? distortion, RandomKey noise, Tensor y, int channelOffset) => throw new NotImplementedException();
    public override void BatchNorm(Tensor x, Tensor? scale, Tensor shift, Tensor movingMean, Tensor movingVariance, float decay, float epsilon, bool relu, Tensor? y, Tensor batchMean, Tensor batchInverse) => throw new NotImplementedException();
    public override void Normalize(Tensor x, Tensor? scale, Tensor shift, Tensor batchMean, Tensor batchInverse, bool relu, Tensor y) => throw new NotImplementedException();
    public override void BatchNormInference(Tensor x, Tensor? scale, Tensor shift, Tensor movingMean, Tensor movingVariance, float epsilon, bool relu, Tensor y) => throw new NotImplementedException();
    public override void BatchNormBackward(Tensor x, Tensor dy, Tensor? scale, Tensor shift, Tensor batchMean, Tensor batchInverse, bool relu, Tensor dx, Tensor? dscale, Tensor dshift) => throw new NotImplementedException();
    public override void FoldNorm(Tensor w, Tensor? bias, Tensor? scale, Tensor shift, Tensor mean, Tensor variance, float epsilon, Tensor foldedW, Tensor foldedBias) => throw new NotImplementedException();
    public override void BroadcastAdd(Tensor map, Tensor context, Tensor y, bool relu) => throw new NotImplementedException();
    public override void BroadcastAddBackward(Tensor dy, Tensor dmap, Tensor dcontext) => throw new NotImplementedException();
    public override void ContextTable(Tensor context, Tensor w, Tensor table) => throw new NotImplementedException();
    public override void BorderTableAdd(Tensor map, Tensor table, Tensor? bias, Tensor y, bool relu) => throw new NotImplementedException();
    public override void SumPositions(Tensor w, Tensor y) => throw new NotImplementedException();
    public override void ReluBackward(Tensor y, Tensor dy, Tensor dx) => throw new NotImplementedException();
    public override void Sigmoid(Tensor x, Tensor y) => throw new NotImplementedException();
    public override void SigmoidCrossEntropy(Tensor logits, Tensor targets, Tensor weights, Tensor losses, Tensor dlogits) => throw new NotImplementedException();
    public override void SquaredError(Tensor x, Tensor targets, Tensor weights, Tensor losses, Tensor dx) => throw new NotImplementedException();
    public override void BootstrapTargets(Tensor logits, Tensor? lagged, Tensor fixedTargets, Tensor bounds, float discount, Tensor y) => throw new NotImplementedException();
    public override void MomentumUpdate(Tensor w, Tensor g, Tensor v, float rate, float momentum, float decay) => throw new NotImplementedException();
    public override void AdamUpdate(Tensor w, Tensor g, Tensor m, Tensor v, float rate, float beta1, float beta2, float epsilon, float decay, long t) => throw new NotImplementedException();
    public override void AverageUpdate(Tensor average, Tensor w, float rate) => throw new NotImplementedException();
    public override void TruncatedNormal(Tensor y, float mean, float deviation, RandomKey key) => throw new NotImplementedException();
    public override void SampleBox(Tensor low, Tensor high, Tensor binary, RandomKey key, Tensor y) => throw new NotImplementedException();
    public override void CemSample(Tensor mean, Tensor deviation, Tensor low, Tensor high, Tensor binary, RandomKey key, Tensor y) => throw new NotImplementedException();
    public override void CemRefit(Tensor values, Tensor samples, int elites, Tensor mean, Tensor deviation) => throw new NotImplementedException();
    public override void ArgMaxRows(Tensor values, Tensor indices, Tensor best) => throw new NotImplementedException();
    public override void ExclusionMask(Tensor candidates, Tensor seen, Tensor scale, Tensor binary, float distance, Tensor mask) => throw new NotImplementedException();
    public override void ResampleExp(Tensor values, Tensor mask, int candidates, int draws, float temperature, RandomKey key, Tensor indices, Tensor weights) => throw new NotImplementedException();
    public override void EncodeColumns(Tensor actions, Tensor states, Tensor source, Tensor kind, Tensor scale, Tensor y) => throw new NotImplementedException();
}
