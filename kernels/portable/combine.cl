// y[i] = alpha·x[i] + beta·y[i]; beta 0 does not read y.
#include "matrix.h"

KERNEL(combine, 256)(IN(float, x), OUT(float, y), const float alpha, const float beta, const long count)
{
    BIND_IN(float, x);
    BIND_OUT(float, y);
    FOR_FOUR_ELEMENTS(i, count)
    {
        float v[4];
        FOUR(k) v[k] = i + k * step < count ? alpha * x[i + k * step] : 0.0f;
        if (beta != 0.0f)
            FOUR(k) if (i + k * step < count) v[k] = FMA(beta, y[i + k * step], v[k]);
        FOUR(k) if (i + k * step < count) y[i + k * step] = v[k];
    }
}
