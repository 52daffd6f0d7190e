using ActionableModels.Tests.Shared;

namespace ActionableModels.Compute.Tests.Matrix;

/// <summary>
/// An oracle forward function of some inputs, and the oracle's gradients of Σ dy·y with respect to each input (null where there is none).
/// </summary>
public sealed record GradientCase(string Name, OracleTensor[] Inputs, Func<OracleTensor[], OracleTensor> Forward,
    Func<OracleTensor[], OracleTensor, OracleTensor?[]> Gradients)
{
    private const double Step = 1e-5;
    private const int Probes = 25;

    /// <summary>
    /// The largest difference between a gradient and the central difference, relative to 1 + |gradient|, over elements spread through
    /// each input.
    /// </summary>
    public double Check()
    {
        var dy = OracleTensor.Random(Forward(Inputs).Shape, 31);
        var gradients = Gradients(Inputs, dy);
        var worst = 0.0;
        for (var k = 0; k < Inputs.Length; k++)
        {
            if (gradients[k] is not { } gradient) continue;
            Assert.Equal(Inputs[k].Count, gradient.Count);
            for (var probe = 0; probe < Math.Min(Probes, gradient.Count); probe++)
            {
                var i = gradient.Count <= Probes ? probe : (int)(probe * 7919L % gradient.Count);
                var difference = (Loss(k, i, Step, dy) - Loss(k, i, -Step, dy)) / (2 * Step);
                worst = Math.Max(worst, Math.Abs(difference - gradient.Data[i]) / (1 + Math.Abs(gradient.Data[i])));
            }
        }
        return worst;
    }

    private double Loss(int input, int element, double step, OracleTensor dy)
    {
        var moved = (OracleTensor[])Inputs.Clone();
        moved[input] = Inputs[input].Clone();
        moved[input].Data[element] += step;
        var y = Forward(moved);
        var loss = 0.0;
        for (var i = 0; i < y.Count; i++) loss += dy.Data[i] * y.Data[i];
        return loss;
    }
}
