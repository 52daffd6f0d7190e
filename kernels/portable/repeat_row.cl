// y[r, j] = x[j].
#include "matrix.h"

KERNEL(repeat_row, 256)(IN(float, x), OUT(float, y), const long rows, const int columns)
{
    BIND_IN(float, x);
    BIND_OUT(float, y);
    COLUMN(c, columns);
    const float value = x[c];
    FOR_ROWS(r, rows, c, columns) y[r * columns + c] = value;
}
