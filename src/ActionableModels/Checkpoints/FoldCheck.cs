using System.Numerics.Tensors;
using ActionableModels.Compute;
using ActionableModels.Networks;

namespace ActionableModels.Checkpoints;

/// <summary>
/// Refuses parameters that are finite but give decisions what is not: weights and biases with normalisation folded in
/// (<see cref="FoldedNetwork"/>), and the sums over blocks and positions that decisions use instead of them.
/// </summary>
internal static class FoldCheck
{
    /// <summary>Checks finite parameters whose variances are not negative.</summary>
    /// <exception cref="ActionableException">A layer is not finite once folded; the message names it.</exception>
    public static void Require(string where, NetworkSpec spec, ParameterLayout layout, ReadOnlySpan<float> values)
    {
        foreach (var weight in layout.Entries)
        {
            if (weight.Role != ParameterRole.Weight) continue;
            var name = weight.Name[..^"/weight".Length];
            var (outputs, inputs) = (weight.Shape[0], (int)weight.Shape.RowCount);
            // The action part of a first dense layer is the sum of its weights over all positions of the map.
            var positions = name == "head/dense1" && spec.Head[0].Kind == LayerKind.Dense ? spec.Map.Height * spec.Map.Width : 1;
            var biases = Find(layout, $"{name}/bias", values);
            var scale = Find(layout, $"{name}/norm/scale", values);
            var shift = Find(layout, $"{name}/norm/shift", values);
            var mean = Find(layout, $"{name}/norm/mean", values);
            var variance = Find(layout, $"{name}/norm/variance", values);
            for (var o = 0; o < outputs; o++)
            {
                // The bias of the action sum is one row for each block.
                var bias = 0f;
                for (var b = o; b < biases.Length; b += outputs) bias += biases[b];
                var factor = variance.IsEmpty ? 1 : (scale.IsEmpty ? 1 : scale[o]) / MathF.Sqrt(variance[o] + spec.NormEpsilon);
                if (!mean.IsEmpty) bias = factor * (bias - mean[o]) + shift[o];
                var largest = TensorPrimitives.MaxMagnitude(values.Slice((int)weight.Offset + o * inputs, inputs));
                if (!float.IsFinite(bias) || !float.IsFinite(factor * largest * positions))
                    throw new ActionableException(
                        $"{where}: layer '{name}' is not finite with its normalisation folded in; the training diverged or the file is damaged");
            }
        }
    }

    // Empty where the network has none of that name.
    private static ReadOnlySpan<float> Find(ParameterLayout layout, string name, ReadOnlySpan<float> values) =>
        layout.Find(name) is { } entry ? values.Slice((int)entry.Offset, (int)entry.Shape.Count) : default;
}
