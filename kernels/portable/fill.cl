// y[i] = value.
#include "common.h"

KERNEL(fill, 256)(OUT(float, y), const float value, const long count)
{
    BIND_OUT(float, y);
    for (long i = (long)GROUP_X * 256 + LANE; i < count; i += (long)GROUPS_X * 256) y[i] = value;
}
