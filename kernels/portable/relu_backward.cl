// dx[i] = y[i] > 0 ? dy[i] : 0; dx may be dy.
#include "matrix.h"

KERNEL(relu_backward, 256)(IN(float, y), IN(float, dy), OUT(float, dx), const long count)
{
    BIND_IN(float, y);
    BIND_ALIAS_IN(float, dy);
    BIND_ALIAS_OUT(float, dx);
    FOR_FOUR_ELEMENTS(i, count)
    {
        float v[4];
        FOUR(k) v[k] = i + k * step < count && y[i + k * step] > 0.0f ? dy[i + k * step] : 0.0f;
        FOUR(k) if (i + k * step < count) dx[i + k * step] = v[k];
    }
}
