using System.Runtime.InteropServices;
using ActionableModels.Compute;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Compute.Tests.Matrix;

/// <summary>The tensors of one run of a case on a device. Outputs start as NaN, so that what is not overwritten shows.</summary>
public sealed class DeviceTensors(Device device) : IDisposable
{
    private readonly Arena arena = new(device, 1 << 16);

    public Device Device { get; } = device;

    public List<Tensor> Outputs { get; } = [];

    /// <summary>An input.</summary>
    public Tensor In(OracleTensor values, ElementType type = ElementType.Float32)
    {
        var tensor = arena.Allocate(values.Shape, type);
        switch (type)
        {
            case ElementType.Float32: Device.Upload<float>(Array.ConvertAll(values.Data, x => (float)x), tensor); break;
            case ElementType.Int32: Device.Upload<int>(Array.ConvertAll(values.Data, x => (int)x), tensor); break;
            default: Device.Upload<byte>(Array.ConvertAll(values.Data, x => (byte)x), tensor); break;
        }
        return tensor;
    }

    /// <summary>Weights that the device may keep packed.</summary>
    public Tensor Packed(OracleTensor values)
    {
        var tensor = Device.Packable(arena, In(values));
        Device.Pack(tensor);
        return tensor;
    }

    public Tensor? InOrNull(OracleTensor? values) => values is null ? null : In(values);

    public Tensor Integers(OracleTensor values) => In(values, ElementType.Int32);

    /// <summary>An output.</summary>
    public Tensor Out(Shape shape, ElementType type = ElementType.Float32)
    {
        var tensor = arena.Allocate(shape, type);
        if (type == ElementType.Float32) Device.Fill(tensor, float.NaN);
        Outputs.Add(tensor);
        return tensor;
    }

    /// <summary>A tensor that the operation changes in place.</summary>
    public Tensor InOut(OracleTensor values)
    {
        var tensor = In(values);
        Outputs.Add(tensor);
        return tensor;
    }

    public double[] Read(Tensor tensor)
    {
        var raw = Raw(tensor);
        return tensor.Type switch
        {
            ElementType.Float32 => Array.ConvertAll(MemoryMarshal.Cast<byte, float>(raw).ToArray(), x => (double)x),
            ElementType.Int32 => Array.ConvertAll(MemoryMarshal.Cast<byte, int>(raw).ToArray(), x => (double)x),
            _ => Array.ConvertAll(raw, x => (double)x),
        };
    }

    public byte[] Raw(Tensor tensor)
    {
        var raw = new byte[tensor.Count * tensor.Type.Size()];
        if (tensor.Type == ElementType.Float32) Device.Download(tensor, MemoryMarshal.Cast<byte, float>(raw.AsSpan()));
        else if (tensor.Type == ElementType.Int32) Device.Download(tensor, MemoryMarshal.Cast<byte, int>(raw.AsSpan()));
        else Device.Download(tensor, raw.AsSpan());
        return raw;
    }

    public void Dispose() => arena.Dispose();
}
