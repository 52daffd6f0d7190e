using ActionableModels.Compute;
using ActionableModels.Networks;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace ActionableModels.Policies;

/// <summary>
/// Q of any number of rows through a head that takes a fixed number at a time: actions, which the head encodes, or with
/// <paramref name="scale"/> the network's own action input in physical units.
/// </summary>
internal sealed class HeadRows(Device device, InferenceHead head, IReadOnlyList<string> names, float[]? scale)
{
    private readonly Tensor input = scale is null ? head.Actions : head.Encoded;
    private readonly float[] staged = new float[head.ActionsPerPair * names.Count], logits = new float[head.ActionsPerPair];

    /// <summary>Checks rows before anything is computed.</summary>
    /// <exception cref="ArgumentException">The numbers are not one row for each Q.</exception>
    /// <exception cref="ActionableException">A number is not finite.</exception>
    public void Check(ReadOnlySpan<float> rows, Span<float> q)
    {
        var width = names.Count;
        if (rows.Length != q.Length * width) throw new ArgumentException($"{rows.Length} numbers are not {q.Length} rows of {width}");
        for (var i = 0; i < rows.Length; i++)
            if (!float.IsFinite(rows[i]))
                throw new ActionableException($"action row {i / width}: {names[i % width]} is {rows[i]}, not a finite number");
    }

    /// <summary>The sigmoid of the logit of every row; the image part must be fresh. False if a logit is not finite.</summary>
    public bool Evaluate(ReadOnlySpan<float> rows, Span<float> q)
    {
        var (width, finite) = (names.Count, true);
        for (var first = 0; first < q.Length; first += logits.Length)
        {
            var count = Math.Min(logits.Length, q.Length - first);
            rows.Slice(first * width, count * width).CopyTo(staged);
            if (scale is not null)
                for (var i = 0; i < count * width; i++) staged[i] *= scale[i % width];
            device.Upload<float>(staged, input);
            if (scale is null) head.Forward();
            else head.ForwardEncoded();
            device.Download<float>(head.Outputs, logits);
            finite &= TensorPrimitives.IsFiniteAll<float>(logits.AsSpan(0, count));
            for (var i = 0; i < count; i++) q[first + i] = Sigmoid(logits[i]);
        }
        return finite;
    }

    /// <summary>The probability that a logit stands for.</summary>
    public static float Sigmoid(float logit) => 1 / (1 + MathF.Exp(-logit));
}
