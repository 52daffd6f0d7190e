// g' = g + decay·w, m = β1·m + (1 − β1)·g', v = β2·v + (1 − β2)·g'², w −= rate·m/(√(v·second) + ε). rate holds the first moment's correction
// 1/(1 − β1^t), second is 1/(1 − β2^t).
#include "matrix.h"

KERNEL(adam_update, 256)(OUT(float, w), IN(float, g), OUT(float, m), OUT(float, v), const float rate, const float beta1, const float beta2,
    const float epsilon, const float decay, const float second, const long count)
{
    BIND_OUT(float, w);
    BIND_IN(float, g);
    BIND_OUT(float, m);
    BIND_OUT(float, v);
    FOR_ELEMENTS(i, count)
    {
        const float weight = w[i], gradient = FMA(decay, weight, g[i]);
        const float mean = beta1 * m[i] + (1.0f - beta1) * gradient;
        const float square = beta2 * v[i] + (1.0f - beta2) * (gradient * gradient);
        m[i] = mean;
        v[i] = square;
        w[i] = FMA(-rate, mean / (SQRT(square * second) + epsilon), weight);
    }
}
