// y[r, d] = low + (high − low)·u; binary dimensions: low where low = high, else 1 if u < ½, else 0.
#include "matrix.h"
#include "philox.h"

KERNEL(sample_box, 256)(IN(float, low), IN(float, high), IN(float, binary), OUT(float, y), const random_key key, const long rows, const int columns)
{
    BIND_IN(float, low);
    BIND_IN(float, high);
    BIND_IN(float, binary);
    BIND_OUT(float, y);
    COLUMN(c, columns);
    const float from = low[c], to = high[c];
    const int isBinary = binary[c] != 0.0f;
    FOR_ROWS(r, rows, c, columns)
    {
        const long i = r * columns + c;
        const float u = uniform_of(key, (uint)i);
        y[i] = !isBinary ? FMA(to - from, u, from) : from == to ? from : u < 0.5f ? 1.0f : 0.0f;
    }
}
