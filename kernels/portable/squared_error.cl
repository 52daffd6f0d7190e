// dx[i] = weight·(x − t), losses[i] = ½·weight·(x − t)².
#include "matrix.h"

KERNEL(squared_error, 256)(IN(float, x), IN(float, targets), IN(float, weights), OUT(float, losses), OUT(float, dx), const long count)
{
    BIND_IN(float, x);
    BIND_IN(float, targets);
    BIND_IN(float, weights);
    BIND_OUT(float, losses);
    BIND_OUT(float, dx);
    FOR_ELEMENTS(i, count)
    {
        const float error = x[i] - targets[i], slope = weights[i] * error;
        dx[i] = slope;
        losses[i] = 0.5f * slope * error;
    }
}
