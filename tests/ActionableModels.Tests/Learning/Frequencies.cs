namespace ActionableModels.Tests.Learning;

/// <summary>How often each of a few outcomes came, against probabilities that may differ from draw to draw.</summary>
internal sealed class Frequencies(int outcomes)
{
    private readonly double[] counts = new double[outcomes], means = new double[outcomes], variances = new double[outcomes];

    public void Add(int outcome, ReadOnlySpan<double> probabilities)
    {
        counts[outcome]++;
        for (var i = 0; i < probabilities.Length; i++)
        {
            means[i] += probabilities[i];
            variances[i] += probabilities[i] * (1 - probabilities[i]);
        }
    }

    /// <summary>Every count within 4.5 standard deviations of its mean.</summary>
    public void AssertFit()
    {
        for (var i = 0; i < counts.Length; i++)
            Assert.True(Math.Abs(counts[i] - means[i]) <= 4.5 * Math.Sqrt(variances[i]) + 1e-9,
                $"outcome {i}: {counts[i]} times, expected {means[i]:0.0} ± {Math.Sqrt(variances[i]):0.0}");
    }

    /// <summary>That a uniform choice among the outcomes would not fit: the probabilities mean something.</summary>
    public void AssertFarFromUniform()
    {
        var each = means.Sum() / means.Length;
        Assert.True(means.Zip(variances).Max(p => Math.Abs(p.First - each) / Math.Sqrt(p.Second)) > 10,
            "the probabilities are nearly uniform: the test shows nothing");
    }

    /// <summary>exp(score/temperature), normalised.</summary>
    public static double[] SoftMax(ReadOnlySpan<double> scores, double temperature)
    {
        var exp = new double[scores.Length];
        for (var i = 0; i < exp.Length; i++) exp[i] = Math.Exp(scores[i] / temperature);
        var sum = exp.Sum();
        return [.. exp.Select(e => e / sum)];
    }
}
