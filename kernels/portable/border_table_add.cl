// y[r, i, j, o] = act(bias[o] + map[r / actions, i, j, o] + table[r, class(i, j), o]): a group per line (r, i) of the map.
#include "matrix.h"
#include "math.h"

INLINE int border_class(const int position, const int extent) { return position == 0 ? 0 : position == extent - 1 ? 2 : 1; }

KERNEL(border_table_add, 256)(IN(float, map), IN(float, table), IN(float, bias), OUT(float, y), const int actions, const int height, const int width,
    const int outputs, const int relu)
{
    BIND_IN(float, map);
    BIND_IN(float, table);
    BIND_IN(float, bias);
    BIND_OUT(float, y);
    const int r = GROUP_X / height, i = GROUP_X % height, length = width * outputs;
    GLOBAL const float *from = map + ((long)(r / actions) * height + i) * length;
    GLOBAL const float *row = table + ((long)r * 9 + 3 * border_class(i, height)) * outputs;
    GLOBAL float *to = y + (long)GROUP_X * length;
    for (int first = LANE; first < length; first += 1024)
    {
        float v[4];
        FOUR(k)
        {
            const int at = first + 256 * k < length ? first + 256 * k : first, j = at / outputs, o = at - j * outputs;
            v[k] = from[at] + (row[border_class(j, width) * outputs + o] + (bias ? bias[o] : 0.0f));
        }
        FOUR(k) if (first + 256 * k < length) to[first + 256 * k] = relu ? relu_of(v[k]) : v[k];
    }
}
