// y[r, p, c] = act(map[r / actions, p, c] + context[r, c]): GROUP_X is r, the groups of GROUP_Y share its positions.
#include "matrix.h"
#include "math.h"

KERNEL(broadcast_add, 256)(IN(float, map), IN(float, context), OUT(float, y), const int actions, const int length, const int channels, const int share,
    const int relu)
{
    BIND_IN(float, map);
    BIND_IN(float, context);
    BIND_OUT(float, y);
    const long r = GROUP_X;
    const int begin = GROUP_Y * share, end = begin + share < length ? begin + share : length;
    GLOBAL const float *from = map + r / actions * length, *added = context + r * channels;
    GLOBAL float *to = y + r * length;
    for (int i = begin + LANE; i < end; i += 1024)
    {
        float v[4];
        FOUR(k) v[k] = i + 256 * k < end ? from[i + 256 * k] + added[(i + 256 * k) % channels] : 0.0f;
        FOUR(k) if (i + 256 * k < end) to[i + 256 * k] = relu ? relu_of(v[k]) : v[k];
    }
}
