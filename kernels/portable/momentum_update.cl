// v = momentum·v + (g + decay·w), w −= rate·v.
#include "matrix.h"

KERNEL(momentum_update, 256)(OUT(float, w), IN(float, g), OUT(float, v), const float rate, const float momentum, const float decay, const long count)
{
    BIND_OUT(float, w);
    BIND_IN(float, g);
    BIND_OUT(float, v);
    FOR_ELEMENTS(i, count)
    {
        const float weight = w[i], velocity = FMA(momentum, v[i], FMA(decay, weight, g[i]));
        v[i] = velocity;
        w[i] = FMA(-rate, velocity, weight);
    }
}
