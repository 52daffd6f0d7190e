namespace ActionableModels.Tests.Shared;

public static partial class Oracle
{
    public static double Sigmoid(double z) => 1 / (1 + Math.Exp(-z));

    public static OracleTensor ReluBackward(OracleTensor y, OracleTensor dy)
    {
        var dx = new OracleTensor(y.Shape);
        for (var i = 0; i < y.Count; i++) dx[i] = y[i] > 0 ? dy[i] : 0;
        return dx;
    }

    public static OracleTensor Sigmoid(OracleTensor x)
    {
        var y = new OracleTensor(x.Shape);
        for (var i = 0; i < x.Count; i++) y.Set(i, Sigmoid(x[i]), Sigmoid(x[i]) * (1 + Math.Abs(x[i])));
        return y;
    }

    public static (OracleTensor Losses, OracleTensor Dlogits) SigmoidCrossEntropy(OracleTensor logits, OracleTensor targets, OracleTensor weights)
    {
        OracleTensor losses = new(logits.Shape), dlogits = new(logits.Shape);
        for (var i = 0; i < logits.Count; i++)
        {
            double z = logits[i], t = targets[i], w = weights[i], tail = Math.Log(1 + Math.Exp(-Math.Abs(z)));
            if (w == 0) continue;
            losses.Set(i, w * (Math.Max(z, 0) - z * t + tail), w * (Math.Max(z, 0) + Math.Abs(z * t) + tail));
            dlogits.Set(i, w * (Sigmoid(z) - t), w * (Sigmoid(z) * (1 + Math.Abs(z)) + t));
        }
        return (losses, dlogits);
    }

    public static (OracleTensor Losses, OracleTensor Dx) SquaredError(OracleTensor x, OracleTensor targets, OracleTensor weights)
    {
        OracleTensor losses = new(x.Shape), dx = new(x.Shape);
        for (var i = 0; i < x.Count; i++)
        {
            double error = x[i] - targets[i], size = Math.Abs(x[i]) + Math.Abs(targets[i]);
            losses.Set(i, 0.5 * weights[i] * error * error, weights[i] * size * size);
            dx.Set(i, weights[i] * error, weights[i] * size);
        }
        return (losses, dx);
    }

    public static OracleTensor BootstrapTargets(OracleTensor logits, OracleTensor? lagged, OracleTensor fixedTargets, OracleTensor bounds,
        double discount)
    {
        var y = new OracleTensor(logits.Shape);
        for (var i = 0; i < y.Count; i++)
        {
            var logit = lagged is null ? logits[i] : Math.Min(logits[i], lagged[i]);
            var value = discount * Sigmoid(logit);
            if (!double.IsNaN(fixedTargets[i])) y.Set(i, fixedTargets[i], 1);
            else y.Set(i, Math.Max(value, bounds[i]), (value + Math.Abs(bounds[i])) * (1 + Math.Abs(logit)));
        }
        return y;
    }

    public static (OracleTensor W, OracleTensor V) MomentumUpdate(OracleTensor w, OracleTensor g, OracleTensor v, double rate,
        double momentum, double decay)
    {
        OracleTensor weight = new(w.Shape), velocity = new(w.Shape);
        for (var i = 0; i < w.Count; i++)
        {
            velocity.Add(i, momentum * v[i]);
            velocity.Add(i, g[i]);
            velocity.Add(i, decay * w[i]);
            weight.Set(i, w[i] - rate * velocity[i], Math.Abs(w[i]) + rate * velocity.Terms[i]);
        }
        return (weight, velocity);
    }

    public static (OracleTensor W, OracleTensor M, OracleTensor V) AdamUpdate(OracleTensor w, OracleTensor g, OracleTensor m, OracleTensor v,
        double rate, double beta1, double beta2, double epsilon, double decay, long t)
    {
        OracleTensor weight = new(w.Shape), mean = new(w.Shape), square = new(w.Shape);
        for (var i = 0; i < w.Count; i++)
        {
            double gradient = g[i] + decay * w[i], size = Math.Abs(g[i]) + Math.Abs(decay * w[i]);
            mean.Set(i, beta1 * m[i] + (1 - beta1) * gradient, Math.Abs(beta1 * m[i]) + (1 - beta1) * size);
            square.Set(i, beta2 * v[i] + (1 - beta2) * gradient * gradient, beta2 * v[i] + (1 - beta2) * size * size);
            var root = Math.Sqrt(square[i] / (1 - Math.Pow(beta2, t))) + epsilon;
            var step = rate / (1 - Math.Pow(beta1, t)) / root;
            weight.Set(i, w[i] - step * mean[i], Math.Abs(w[i]) + step * mean.Terms[i]);
        }
        return (weight, mean, square);
    }

    public static OracleTensor AverageUpdate(OracleTensor average, OracleTensor w, double rate)
    {
        var result = new OracleTensor(w.Shape);
        for (var i = 0; i < w.Count; i++)
        {
            result.Add(i, average[i]);
            result.Add(i, rate * (w[i] - average[i]));
        }
        return result;
    }
}
