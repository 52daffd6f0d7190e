// Ranks within a group: how many values come before one, larger ones first, equal ones by position; NaN comes nowhere. Every pair is compared, so that
// the work-items need not wait for each other.
#ifndef ACTIONABLE_RANKING_H
#define ACTIONABLE_RANKING_H
#include "common.h"

// The rank of values[i], −1 for NaN; numbers receives how many values are numbers.
INLINE int rank_of(GLOBAL const float *values, const int count, const int i, int *numbers)
{
    const float own = values[i];
    int before = 0, found = 0;
    for (int j = 0; j < count; j++)
    {
        const float other = values[j];
        before += other > own || (other == own && j < i) ? 1 : 0;
        found += other == other ? 1 : 0;
    }
    *numbers = found;
    return own == own ? before : -1;
}

#endif
