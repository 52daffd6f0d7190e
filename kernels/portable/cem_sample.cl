// y[b·N + n, d] = clip(mean[b, d] + deviation[b, d]·normal, low, high); binary dimensions: low where low = high, else 1 if u < mean[b, d], else 0.
#include "matrix.h"
#include "philox.h"

KERNEL(cem_sample, 256)(IN(float, mean), IN(float, deviation), IN(float, low), IN(float, high), IN(float, binary), OUT(float, y), const random_key key,
    const long rows, const int columns, const long perGroup)
{
    BIND_IN(float, mean);
    BIND_IN(float, deviation);
    BIND_IN(float, low);
    BIND_IN(float, high);
    BIND_IN(float, binary);
    BIND_OUT(float, y);
    COLUMN(c, columns);
    const float from = low[c], to = high[c];
    const int isBinary = binary[c] != 0.0f;
    FOR_ROWS(r, rows, c, columns)
    {
        const long i = r * columns + c, at = r / perGroup * columns + c;
        const float centre = mean[at];
        if (isBinary) y[i] = from == to ? from : uniform_of(key, (uint)i) < centre ? 1.0f : 0.0f;
        else y[i] = smaller(larger(FMA(deviation[at], normal_of(key, (uint)i), centre), from), to);
    }
}
