namespace ActionableModels.Compute.Kernels;

public abstract partial class KernelDevice
{
#pragma warning disable CS1591
    public override void Conv2D(Tensor x, Tensor w, Tensor? bias, Tensor y, Window window, bool relu) => throw new NotImplementedException();
    public override void Conv2DBackwardData(Tensor dy, Tensor w, Tensor dx, Window window) => throw new NotImplementedException();
    public override void Conv2DBackwardFilter(Tensor x, Tensor dy, Tensor dw, Tensor? dbias, Window window) => throw new NotImplementedException();
    public override void MaxPool(Tensor x, Tensor y, Window window) => throw new NotImplementedException();
    public override void MaxPoolBackward(Tensor x, Tensor dy, Tensor dx, Window window) => throw new NotImplementedException();
    public override void Dense(Tensor x, Tensor w, Tensor? bias, Tensor y, bool relu) => throw new NotImplementedException();
    public override void DenseBackwardData(Tensor dy, Tensor w, Tensor dx) => throw new NotImplementedException();
    public override void DenseBackwardFilter(Tensor x, Tensor dy, Tensor dw, Tensor? dbias) => throw new NotImplementedException();
}
