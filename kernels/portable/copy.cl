// y[r, j] = x[r, j] for the first columns of matrices whose rows are xPitch and yPitch elements apart, of four bytes or one.
#include "matrix.h"

KERNEL(copy_words, 256)(IN(uint, x), OUT(uint, y), const long rows, const int columns, const long xPitch, const long yPitch)
{
    BIND_IN(uint, x);
    BIND_OUT(uint, y);
    COLUMN(c, columns);
    FOR_FOUR_ROWS(r, rows, c, columns)
    {
        uint v[4];
        FOUR(k) v[k] = r + k * step < rows ? x[(r + k * step) * xPitch + c] : 0;
        FOUR(k) if (r + k * step < rows) y[(r + k * step) * yPitch + c] = v[k];
    }
}

KERNEL(copy_bytes, 256)(IN(uchar, x), OUT(uchar, y), const long rows, const int columns, const long xPitch, const long yPitch)
{
    BIND_IN(uchar, x);
    BIND_OUT(uchar, y);
    COLUMN(c, columns);
    FOR_FOUR_ROWS(r, rows, c, columns)
    {
        uchar v[4];
        FOUR(k) v[k] = r + k * step < rows ? x[(r + k * step) * xPitch + c] : 0;
        FOUR(k) if (r + k * step < rows) y[(r + k * step) * yPitch + c] = v[k];
    }
}
