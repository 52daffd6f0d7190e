// y[r, :] = x[indices[r], :] in elements of four bytes or one. Nothing outside x is read: a row whose index lies there is filled with `missing`.
#include "matrix.h"

KERNEL(gather_words, 256)(IN(uint, x), IN(int, indices), OUT(uint, y), const long rows, const int columns, const int xRows, const uint missing)
{
    BIND_IN(uint, x);
    BIND_IN(int, indices);
    BIND_OUT(uint, y);
    COLUMN(c, columns);
    FOR_FOUR_ROWS(r, rows, c, columns)
    {
        uint v[4];
        FOUR(k)
        {
            const int from = r + k * step < rows ? indices[r + k * step] : -1;
            v[k] = from >= 0 && from < xRows ? x[(long)from * columns + c] : missing;
        }
        FOUR(k) if (r + k * step < rows) y[(r + k * step) * columns + c] = v[k];
    }
}

KERNEL(gather_bytes, 256)(IN(uchar, x), IN(int, indices), OUT(uchar, y), const long rows, const int columns, const int xRows, const uint missing)
{
    BIND_IN(uchar, x);
    BIND_IN(int, indices);
    BIND_OUT(uchar, y);
    COLUMN(c, columns);
    FOR_FOUR_ROWS(r, rows, c, columns)
    {
        uchar v[4];
        FOUR(k)
        {
            const int from = r + k * step < rows ? indices[r + k * step] : -1;
            v[k] = from >= 0 && from < xRows ? x[(long)from * columns + c] : (uchar)missing;
        }
        FOUR(k) if (r + k * step < rows) y[(r + k * step) * columns + c] = v[k];
    }
}
