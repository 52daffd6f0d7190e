// y[i] = 1/(1 + e^−x[i]); y may be x.
#include "matrix.h"
#include "math.h"

KERNEL(sigmoid, 256)(IN(float, x), OUT(float, y), const long count)
{
    BIND_ALIAS_IN(float, x);
    BIND_ALIAS_OUT(float, y);
    FOR_ELEMENTS(i, count) y[i] = sigmoid_of(x[i]);
}
