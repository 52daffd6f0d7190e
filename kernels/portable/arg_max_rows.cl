// indices[b] = b·N + the first maximum's position in row b of values [B, N], best[b] = its value: a group per row. A row of NaN gives its first element.
#include "common.h"

KERNEL(arg_max_rows, 256)(IN(float, values), OUT(int, indices), OUT(float, best), const int columns)
{
    BIND_IN(float, values);
    BIND_OUT(int, indices);
    BIND_OUT(float, best);
    LOCAL float largest[256];
    LOCAL int positions[256];
    const long b = GROUP_X;
    GLOBAL const float *row = values + b * columns;
    int position = -1;
    float maximum = 0.0f;
    for (int i = LANE; i < columns; i += 256)
    {
        const float value = row[i];
        if (value == value && (position < 0 || value > maximum))
        {
            maximum = value;
            position = i;
        }
    }
    largest[LANE] = maximum;
    positions[LANE] = position;
    for (int step = 128; step > 0; step >>= 1)
    {
        BARRIER();
        if (LANE < step)
        {
            const int other = positions[LANE + step];
            const float value = largest[LANE + step];
            if (other >= 0 && (position < 0 || value > maximum || (value == maximum && other < position)))
            {
                largest[LANE] = maximum = value;
                positions[LANE] = position = other;
            }
        }
    }
    if (LANE == 0)
    {
        indices[b] = (int)(b * columns) + (position < 0 ? 0 : position);
        best[b] = position < 0 ? row[0] : maximum;
    }
}
