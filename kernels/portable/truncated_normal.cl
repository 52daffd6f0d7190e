// y[i] = mean + deviation·normal_i, drawn again while |normal_i| > 2, attempt k with the counter 2³²·k further.
#include "matrix.h"
#include "philox.h"

KERNEL(truncated_normal, 256)(OUT(float, y), const float mean, const float deviation, const random_key key, const long count)
{
    BIND_OUT(float, y);
    FOR_ELEMENTS(i, count)
    {
        random_key attempt = key;
        float normal = normal_of(attempt, (uint)i);
        while (normal < -2.0f || normal > 2.0f)
        {
            attempt.counter += (ulong)1 << 32;
            normal = normal_of(attempt, (uint)i);
        }
        y[i] = FMA(deviation, normal, mean);
    }
}
