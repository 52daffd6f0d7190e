// y[i] = alpha·x[i] + beta·y[i]; beta 0 does not read y.
#include "matrix.h"

KERNEL(combine, 256)(IN(float, x), OUT(float, y), const float alpha, const float beta, const long count)
{
    BIND_IN(float, x);
    BIND_OUT(float, y);
    if (beta == 0.0f)
        FOR_ELEMENTS(i, count) y[i] = alpha * x[i];
    else
        FOR_ELEMENTS(i, count) y[i] = FMA(alpha, x[i], beta * y[i]);
}
