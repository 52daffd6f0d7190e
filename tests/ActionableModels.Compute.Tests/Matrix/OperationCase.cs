using ActionableModels.Compute;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Compute.Tests.Matrix;

/// <summary>
/// One operation on one set of inputs. <paramref name="Bound"/> is the largest error allowed, relative to the sum of the absolute terms of each
/// element; 0 means exact. Large cases run on the widest level only. A case with a <see cref="TransformedBound"/> also has a Winograd path.
/// </summary>
public sealed record OperationCase(string Operation, string Label, double Bound, Func<DeviceTensors, Action> Prepare,
    Func<OracleTensor[]> Oracle, bool Large = false)
{
    /// <summary>
    /// The largest error allowed where transforms mix the elements of a tile, relative to the largest sum of absolute terms in the output: such
    /// errors follow the tile's size, not the element's. 0 means that the operation has no such path.
    /// </summary>
    public double TransformedBound { get; init; }

    /// <summary>Whether the operation multiplies in the device's precision: convolutions and dense layers.</summary>
    public bool IsProduct => Operation.Contains("Conv2D") || Operation.StartsWith("Dense");

    private OracleTensor[]? expected;

    public string Name => $"{Operation} {Label}";

    /// <summary>What the oracle says; computed once.</summary>
    public OracleTensor[] Expected => expected ??= Oracle();

    /// <summary>
    /// The worst error in units of the bound (at most 1 is right), or an exact mismatch as infinity; in units of <see cref="TransformedBound"/>
    /// if <paramref name="transformed"/>.
    /// </summary>
    public double Run(Device device, bool transformed = false)
    {
        using var tensors = new DeviceTensors(device);
        Prepare(tensors)();
        Assert.Equal(Expected.Length, tensors.Outputs.Count);
        var worst = 0.0;
        for (var k = 0; k < Expected.Length; k++)
        {
            var actual = tensors.Read(tensors.Outputs[k]);
            Assert.Equal(Expected[k].Count, actual.Length);
            var largest = transformed ? Expected[k].Terms.Max() : 0;
            for (var i = 0; i < actual.Length; i++)
            {
                var error = Math.Abs(actual[i] - Expected[k].Data[i]);
                if (error == 0) continue;
                var allowed = transformed ? TransformedBound * largest : Bound * Expected[k].Terms[i] + (Bound > 0 ? 1e-37 : 0);
                worst = Math.Max(worst, double.IsNaN(error) || allowed == 0 ? double.PositiveInfinity : error / allowed);
            }
        }
        return worst;
    }

    /// <summary>The largest error of the first output as a share of its largest value.</summary>
    public double RelativeError(Device device)
    {
        using var tensors = new DeviceTensors(device);
        Prepare(tensors)();
        var actual = tensors.Read(tensors.Outputs[0]);
        return actual.Zip(Expected[0].Data, (a, e) => Math.Abs(a - e)).Max() / Expected[0].Data.Max(Math.Abs);
    }

    /// <summary>The bits of all outputs.</summary>
    public byte[] Bits(Device device)
    {
        using var tensors = new DeviceTensors(device);
        Prepare(tensors)();
        return tensors.Outputs.SelectMany(tensors.Raw).ToArray();
    }
}
