// y[b, part, j] = Σ over the rows r of a part of x[b, r, j]. Several parts are summed by a second launch, on the first one's output.
#include "matrix.h"
#include "reduce.h"

KERNEL(sum_rows, 256)(IN(float, x), OUT(float, y), const long rows, const int columns, const int width, const int blocks, const int parts)
{
    BIND_IN(float, x);
    BIND_OUT(float, y);
    LOCAL float shared[256];
    const int block = GROUP_X % blocks, item = GROUP_X / blocks, part = item % parts;
    const int step = 256 / width, row = LANE / width, c = block * width + LANE % width;
    const long share = (rows + parts - 1) / parts, begin = part * share, end = begin + share < rows ? begin + share : rows;
    float sum = 0.0f, rest = 0.0f;
    if (row < step && c < columns)
    {
        GLOBAL const float *from = x + (long)(item / parts) * rows * columns + c;
        for (long r = begin + row; r < end; r += 4 * step)
        {
            float v[4];
            FOUR(k) v[k] = r + k * step < end ? from[(r + k * step) * columns] : 0.0f;
            FOUR(k) sum = add_to(sum, v[k], &rest);
        }
    }
    shared[LANE] = sum;
    add_rows(shared, width, step);
    if (row == 0 && c < columns) y[(long)item * columns + c] = shared[LANE];
}
