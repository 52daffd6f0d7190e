using ActionableModels.Compute;
using ActionableModels.Tests.Shared;

namespace ActionableModels.Compute.Tests.Matrix;

/// <summary>
/// One operation on one set of inputs. <paramref name="Bound"/> is the largest error allowed, relative to the sum of the absolute terms of each
/// element; 0 means exact. Large cases run on the widest level only.
/// </summary>
public sealed record OperationCase(string Operation, string Label, double Bound, Func<DeviceTensors, Action> Prepare,
    Func<OracleTensor[]> Oracle, bool Large = false)
{
    private OracleTensor[]? expected;

    public string Name => $"{Operation} {Label}";

    /// <summary>What the oracle says; computed once.</summary>
    public OracleTensor[] Expected => expected ??= Oracle();

    /// <summary>The worst error in units of the bound (at most 1 is right), or an exact mismatch as infinity.</summary>
    public double Run(Device device)
    {
        using var tensors = new DeviceTensors(device);
        Prepare(tensors)();
        Assert.Equal(Expected.Length, tensors.Outputs.Count);
        var worst = 0.0;
        for (var k = 0; k < Expected.Length; k++)
        {
            var actual = tensors.Read(tensors.Outputs[k]);
            Assert.Equal(Expected[k].Count, actual.Length);
            for (var i = 0; i < actual.Length; i++)
            {
                var error = Math.Abs(actual[i] - Expected[k].Data[i]);
                if (error == 0) continue;
                var allowed = Bound * Expected[k].Terms[i] + (Bound > 0 ? 1e-37 : 0);
                worst = Math.Max(worst, double.IsNaN(error) || allowed == 0 ? double.PositiveInfinity : error / allowed);
            }
        }
        return worst;
    }

    /// <summary>The bits of all outputs.</summary>
    public byte[] Bits(Device device)
    {
        using var tensors = new DeviceTensors(device);
        Prepare(tensors)();
        return tensors.Outputs.SelectMany(tensors.Raw).ToArray();
    }
}
