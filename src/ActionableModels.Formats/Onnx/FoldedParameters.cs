using ActionableModels.Checkpoints;
using ActionableModels.Compute;
using ActionableModels.Compute.Cpu;
using ActionableModels.Networks;

namespace ActionableModels.Formats.Onnx;

/// <summary>
/// The weights and biases that a policy computes with: moving averages with normalisation folded in, as decisions use them.
/// </summary>
internal sealed class FoldedParameters
{
    private readonly Dictionary<string, (float[] Weight, float[] Bias)> layers = [];

    /// <summary>Folds the parameters of a model.</summary>
    public FoldedParameters(PolicyModel model)
    {
        using var device = new CpuDevice(1);
        using var arena = new Arena(device, 4 << 20);
        var average = new ParameterSet(arena, model.Layout);
        device.Upload<float>(model.Average, average.All);
        var network = new FoldedNetwork(arena, model.Header.Network, average);
        network.Refresh();
        foreach (var entry in model.Layout.Entries.Where(entry => entry.Role == ParameterRole.Weight))
        {
            var layer = entry.Name[..^"/weight".Length];
            var (weight, bias) = network[layer];
            layers[layer] = (Download(device, weight), Download(device, bias));
        }
    }

    /// <summary>Weights (O,H,W,I, or [out, in]) and bias of a layer, by its name in checkpoints.</summary>
    public (float[] Weight, float[] Bias) this[string layer] => layers[layer];

    private static float[] Download(Device device, Tensor tensor)
    {
        var values = new float[tensor.Count];
        device.Download<float>(tensor, values);
        return values;
    }
}
