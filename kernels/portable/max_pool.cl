// Maximum over windows [side × side] of maps [batch, height, width, channels], which padding never wins, and its gradient. Each group has
// elements of one image: group g those from (g mod groups)·256 on of image g / groups.
#include "common.h"
#include "divisor.h"

// As the host's PoolArguments. The window of output (i, j) starts at (i·stride − top, j·stride − left).
typedef struct
{
    int height, width, channels, outHeight, outWidth, side, stride, top, left, groups;
    Divisor byChannels, byWidth, byOutWidth, byStride;
} Pool;

INLINE int min_of(int a, int b) { return a < b ? a : b; }

// The element of the map of one channel that the window of output (i, j) takes: the first maximum in row-major order.
INLINE int first_maximum(GLOBAL const float *map, const Pool s, int i, int j)
{
    const int top = i * s.stride - s.top, left = j * s.stride - s.left;
    const int u0 = top < 0 ? 0 : top, u1 = min_of(top + s.side, s.height);
    const int v0 = left < 0 ? 0 : left, v1 = min_of(left + s.side, s.width);
    int best = (u0 * s.width + v0) * s.channels;
    float most = map[best];
    for (int u = u0; u < u1; u++)
        for (int v = v0; v < v1; v++)
        {
            const int at = (u * s.width + v) * s.channels;
            const float value = map[at];
            best = value > most ? at : best;
            most = value > most ? value : most;
        }
    return best;
}

// The first of the windows along one axis that contain a position, counted from the margin.
INLINE int first_window(const Pool s, int position) { return position < s.side ? 0 : divide(position - s.side, s.byStride) + 1; }

KERNEL(max_pool, 256)(IN(float, x), OUT(float, y), const Pool s)
{
    BIND_IN(float, x);
    BIND_OUT(float, y);
    const int image = GROUP_X / s.groups, e = GROUP_X % s.groups * 256 + LANE;
    if (e >= s.outHeight * s.outWidth * s.channels) return;
    const int pixel = divide(e, s.byChannels), i = divide(pixel, s.byOutWidth);
    GLOBAL const float *map = x + (long)image * (s.height * s.width * s.channels) + (e - pixel * s.channels);
    y[(long)image * (s.outHeight * s.outWidth * s.channels) + e] = map[first_maximum(map, s, i, pixel - i * s.outWidth)];
}

// dx[e] = the sum of dy over the windows whose first maximum e is, windows in row-major order.
KERNEL(max_pool_backward, 256)(IN(float, x), IN(float, dy), OUT(float, dx), const Pool s)
{
    BIND_IN(float, x);
    BIND_IN(float, dy);
    BIND_OUT(float, dx);
    const int image = GROUP_X / s.groups, e = GROUP_X % s.groups * 256 + LANE;
    if (e >= s.height * s.width * s.channels) return;
    const int pixel = divide(e, s.byChannels), row = divide(pixel, s.byWidth);
    const int h = row + s.top, w = pixel - row * s.width + s.left, channel = e - pixel * s.channels;
    const int rowEnd = min_of(divide(h, s.byStride) + 1, s.outHeight), columnEnd = min_of(divide(w, s.byStride) + 1, s.outWidth);
    const int firstColumn = first_window(s, w);
    GLOBAL const float *map = x + (long)image * (s.height * s.width * s.channels) + channel;
    const long gradients = (long)image * (s.outHeight * s.outWidth * s.channels) + channel;
    float sum = 0.0f;
    for (int i = first_window(s, h); i < rowEnd; i++)
        for (int j = firstColumn; j < columnEnd; j++)
            if (first_maximum(map, s, i, j) == e - channel) sum += dy[gradients + (i * s.outWidth + j) * s.channels];
    dx[(long)image * (s.height * s.width * s.channels) + e] = sum;
}
