// average[i] += rate·(w[i] − average[i]).
#include "matrix.h"

KERNEL(average_update, 256)(OUT(float, average), IN(float, w), const float rate, const long count)
{
    BIND_OUT(float, average);
    BIND_IN(float, w);
    FOR_ELEMENTS(i, count) average[i] = FMA(rate, w[i] - average[i], average[i]);
}
