// y[r, i, j, o] = act(bias[o] + map[r / actions, i, j, o] + table[r, class(i, j), o]): a group per line (r, i) of the map.
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
    for (int k = LANE; k < length; k += 256)
    {
        const int j = k / outputs, o = k - j * outputs;
        const float added = row[border_class(j, width) * outputs + o] + (bias ? bias[o] : 0.0f), value = from[k] + added;
        to[k] = relu ? relu_of(value) : value;
    }
}
