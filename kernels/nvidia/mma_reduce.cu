// The shares of a product, added in their order, so that the result is the same every run.
#include "mma.h"

// The sum over shares of parts[share·step + at], four loads at a time.
DEVICE float sum_of(const float *parts, int shares, long step, long at)
{
    float sum = 0;
    int share = 0;
    for (; share + 4 <= shares; share += 4)
    {
        const float *from = parts + share * step + at;
        float a = from[0], b = from[step], c = from[2 * step], d = from[3 * step];
        sum = (((sum + a) + b) + c) + d;
    }
    for (; share < shares; share++) sum += parts[share * step + at];
    return sum;
}

// y[i] = act(bias[i mod columns] + Σ_share parts[share, i]).
KERNEL(reduce_dense, 256)(IN(float, parts), IN(float, bias), OUT(float, y), const int shares, const int columns, const long count, const int rectified)
{
    BIND_IN(float, parts);
    BIND_IN(float, bias);
    BIND_OUT(float, y);
    for (long i = (long)GROUP_X * 256 + LANE; i < count; i += (long)GROUPS_X * 256)
    {
        float sum = sum_of(parts, shares, count, i);
        if (bias) sum += bias[i % columns];
        y[i] = rectified ? relu(sum) : sum;
    }
}

// dw[o,u,v,c] = Σ_share parts[share, tap (u / phases, v / phases), o, (u mod phases, v mod phases, c)].
KERNEL(reduce_filter, 256)(IN(float, parts), OUT(float, dw), const int shares, const int outputs, const int kernel, const int channels,
                           const int phases, const int taps)
{
    BIND_IN(float, parts);
    BIND_OUT(float, dw);
    const int depth = phases * phases * channels;
    const long step = (long)taps * taps * outputs * depth, count = (long)outputs * kernel * kernel * channels;
    for (long i = (long)GROUP_X * 256 + LANE; i < count; i += (long)GROUPS_X * 256)
    {
        const int c = (int)(i % channels);
        const long rest = i / channels;
        const int v = (int)(rest % kernel), u = (int)(rest / kernel % kernel), o = (int)(rest / kernel / kernel);
        const int tap = u / phases * taps + v / phases, inner = (u % phases * phases + v % phases) * channels + c;
        dw[i] = sum_of(parts, shares, step, ((long)tap * outputs + o) * depth + inner);
    }
}
