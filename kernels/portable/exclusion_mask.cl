// mask[r] = 1 if a binary dimension of candidate r differs from the seen action by more than ½, or the scaled distance over the others is at least
// `distance`; else 0.
#include "matrix.h"

KERNEL(exclusion_mask, 256)(IN(float, candidates), IN(float, seen), IN(float, scale), IN(float, binary), OUT(float, mask), const float distance,
    const long rows, const long perGroup, const int dimensions)
{
    BIND_IN(float, candidates);
    BIND_IN(float, seen);
    BIND_IN(float, scale);
    BIND_IN(float, binary);
    BIND_OUT(float, mask);
    FOR_ELEMENTS(r, rows)
    {
        GLOBAL const float *candidate = candidates + r * dimensions, *other = seen + r / perGroup * dimensions;
        float squares = 0.0f;
        int differs = 0;
        for (int d = 0; d < dimensions; d++)
        {
            const float difference = candidate[d] - other[d], scaled = difference * scale[d];
            if (binary[d] == 0.0f) squares = FMA(scaled, scaled, squares);
            else if (difference > 0.5f || difference < -0.5f) differs = 1;
        }
        mask[r] = differs || SQRT(squares) >= distance ? 1.0f : 0.0f;
    }
}
