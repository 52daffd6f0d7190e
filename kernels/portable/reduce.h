// Sums over rows in a fixed order. A group of 256 work-items takes a part of the rows of `width` neighbouring columns: 256/width rows at a time, each
// work-item a column of every 256/width-th row; then these are added in pairs.
#ifndef ACTIONABLE_REDUCE_H
#define ACTIONABLE_REDUCE_H
#include "common.h"

// Adds a term to a sum; rest is what rounding has lost so far (Kahan 1965).
INLINE float add_to(const float sum, const float term, float *rest)
{
    const float corrected = term - *rest, total = sum + corrected;
    *rest = (total - sum) - corrected;
    return total;
}

// Adds shared[row·width + column] over the rows into row 0. All work-items call it after writing theirs.
INLINE void add_rows(LOCAL_POINTER(float) shared, const int width, const int rows)
{
    const int row = LANE / width;
    for (int step = 128; step > 0; step >>= 1)
    {
        BARRIER();
        if (row < step && row + step < rows) shared[LANE] += shared[LANE + step * width];
    }
}

#endif
