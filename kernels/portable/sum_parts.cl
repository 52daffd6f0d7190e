// y[i] = act(bias[i mod columns] + Σ_p parts[p, i]), parts in ascending order: what groups summed apart.
#include "common.h"
#include "math.h"

KERNEL(sum_parts, 256)(IN(float, parts), IN(float, bias), OUT(float, y), const long count, const int partCount, const int columns, const int relu)
{
    BIND_IN(float, parts);
    BIND_IN(float, bias);
    BIND_OUT(float, y);
    for (long i = (long)GROUP_X * 256 + LANE; i < count; i += (long)GROUPS_X * 256)
    {
        float sum = parts[i];
        for (int p = 1; p < partCount; p++) sum += parts[p * count + i];
        if (bias) sum += bias[i % columns];
        y[i] = relu ? relu_of(sum) : sum;
    }
}
