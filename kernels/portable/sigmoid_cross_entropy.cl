// losses[i] = weight·(max(z, 0) − z·t + log(1 + e^−|z|)), dlogits[i] = weight·(sigmoid(z) − t); a weight of 0 gives 0 whatever z is.
#include "matrix.h"
#include "math.h"

KERNEL(sigmoid_cross_entropy, 256)(IN(float, logits), IN(float, targets), IN(float, weights), OUT(float, losses), OUT(float, dlogits), const long count)
{
    BIND_IN(float, logits);
    BIND_IN(float, targets);
    BIND_IN(float, weights);
    BIND_OUT(float, losses);
    BIND_OUT(float, dlogits);
    FOR_ELEMENTS(i, count)
    {
        const float z = logits[i], t = targets[i], weight = weights[i], e = exponential(z < 0.0f ? z : -z);
        const float loss = FMA(-z, t, relu_of(z)) + log_one_plus(e), slope = (z < 0.0f ? e : 1.0f) / (1.0f + e) - t;
        losses[i] = weight == 0.0f ? 0.0f : weight * loss;
        dlogits[i] = weight == 0.0f ? 0.0f : weight * slope;
    }
}
