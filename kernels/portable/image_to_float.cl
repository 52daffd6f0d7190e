// Crops of camera images [N, H0, W0, 3] to channels channelOffset … of y [N, H, W, C], values b/255. A crop that does not lie inside its image reads
// nothing and gives NaN. Distortion: the colours of a crop are computed twice, first for the channel means that contrast needs, then for y.
#include "reduce.h"
#include "philox.h"

// b/255 correctly rounded: the quotient and one step of correction.
INLINE float level_of(const uchar b)
{
    const float x = (float)b, q = x * 0.003921569f;
    return FMA(FMA(-q, 255.0f, x), 0.003921569f, q);
}

// value·(1 − saturation·(1 − k)), k falling from 1 to 0 as the hue moves from a sixth to a third of a turn away from the channel's own.
INLINE float channel_of(const float hue, const float own, const float saturation, const float value)
{
    const float away = hue > own ? hue - own : own - hue, distance = away < 1.0f - away ? away : 1.0f - away, slope = FMA(-6.0f, distance, 2.0f);
    const float k = slope < 0.0f ? 0.0f : slope > 1.0f ? 1.0f : slope;
    return value * (1.0f - saturation * (1.0f - k));
}

// The three channels of a pixel after brightness d[0], saturation d[1] and hue d[2].
INLINE void colour_of(GLOBAL const uchar *pixel, GLOBAL const float *d, float *colour)
{
    const float r = level_of(pixel[0]) + d[0], g = level_of(pixel[1]) + d[0], b = level_of(pixel[2]) + d[0];
    const float value = r > g ? (r > b ? r : b) : (g > b ? g : b), least = r < g ? (r < b ? r : b) : (g < b ? g : b), range = value - least;
    const float perRange = range > 0.0f ? 1.0f / (range * 6.0f) : 0.0f;
    float hue = r == value ? (g - b) * perRange : g == value ? FMA(b - r, perRange, 0.33333334f) : FMA(r - g, perRange, 0.6666667f);
    hue = (range > 0.0f ? hue : 0.0f) + d[2];
    hue -= FLOOR(hue);
    float saturation = value > 0.0f ? range / value * d[1] : 0.0f;
    saturation = saturation < 0.0f ? 0.0f : saturation > 1.0f ? 1.0f : saturation;
    colour[0] = channel_of(hue, 0.0f, saturation, value);
    colour[1] = channel_of(hue, 0.33333334f, saturation, value);
    colour[2] = channel_of(hue, 0.6666667f, saturation, value);
}

// Whether the crop of image n lies inside it.
INLINE int is_inside(GLOBAL const int *offsets, const long n, const int sourceHeight, const int sourceWidth, const int height, const int width)
{
    const int top = offsets[2 * n], left = offsets[2 * n + 1];
    return top >= 0 && top <= sourceHeight - height && left >= 0 && left <= sourceWidth - width;
}

// Pixel p of a crop.
INLINE GLOBAL const uchar *pixel_of(GLOBAL const uchar *images, GLOBAL const int *offsets, const long n, const int p, const int sourceHeight,
    const int sourceWidth, const int width)
{
    const int i = p / width, j = p - i * width;
    return images + ((n * sourceHeight + offsets[2 * n] + i) * sourceWidth + offsets[2 * n + 1] + j) * 3;
}

INLINE float clipped(const float value) { return value < 0.0f ? 0.0f : value > 1.0f ? 1.0f : value; }

// Without distortion. Groups of GROUP_X = n·parts + part take a part of the pixels of image n, here and below.
KERNEL(image_to_float, 256)(IN(uchar, images), IN(int, offsets), OUT(float, y), const int sourceHeight, const int sourceWidth, const int height,
    const int width, const int channels, const int parts)
{
    BIND_IN(uchar, images);
    BIND_IN(int, offsets);
    BIND_OUT(float, y);
    const long n = GROUP_X / parts;
    const int pixels = height * width, inside = is_inside(offsets, n, sourceHeight, sourceWidth, height, width);
    for (int p = GROUP_X % parts * 256 + LANE; p < pixels; p += 256 * parts)
    {
        GLOBAL float *to = y + (n * pixels + p) * channels;
        if (inside)
        {
            GLOBAL const uchar *pixel = pixel_of(images, offsets, n, p, sourceHeight, sourceWidth, width);
            to[0] = level_of(pixel[0]);
            to[1] = level_of(pixel[1]);
            to[2] = level_of(pixel[2]);
        }
        else to[0] = to[1] = to[2] = NOT_A_NUMBER;
    }
}

// sums[n, part, c] = Σ of the colours of a part's pixels.
KERNEL(image_sums, 256)(IN(uchar, images), IN(int, offsets), IN(float, distortion), OUT(float, sums), const int sourceHeight, const int sourceWidth,
    const int height, const int width, const int parts)
{
    BIND_IN(uchar, images);
    BIND_IN(int, offsets);
    BIND_IN(float, distortion);
    BIND_OUT(float, sums);
    LOCAL float shared[3][256];
    const long n = GROUP_X / parts;
    const int pixels = height * width;
    float sum[3] = {0.0f, 0.0f, 0.0f}, rest[3] = {0.0f, 0.0f, 0.0f}, colour[3];
    if (is_inside(offsets, n, sourceHeight, sourceWidth, height, width))
        for (int p = GROUP_X % parts * 256 + LANE; p < pixels; p += 256 * parts)
        {
            colour_of(pixel_of(images, offsets, n, p, sourceHeight, sourceWidth, width), distortion + 5 * n, colour);
            for (int c = 0; c < 3; c++) sum[c] = add_to(sum[c], colour[c], &rest[c]);
        }
    for (int c = 0; c < 3; c++)
    {
        shared[c][LANE] = sum[c];
        add_rows(shared[c], 1, 256);
    }
    BARRIER();
    if (LANE < 3) sums[(long)GROUP_X * 3 + LANE] = shared[LANE][0];
}

// y = clip((colour − m)·contrast + m + deviation·normal), m the image's mean of the channel.
KERNEL(image_distort, 256)(IN(uchar, images), IN(int, offsets), IN(float, distortion), IN(float, sums), OUT(float, y), const random_key noise,
    const int sourceHeight, const int sourceWidth, const int height, const int width, const int channels, const int parts, const int count)
{
    BIND_IN(uchar, images);
    BIND_IN(int, offsets);
    BIND_IN(float, distortion);
    BIND_IN(float, sums);
    BIND_OUT(float, y);
    LOCAL float means[3];
    const long n = GROUP_X / parts;
    const int pixels = height * width, inside = is_inside(offsets, n, sourceHeight, sourceWidth, height, width);
    GLOBAL const float *d = distortion + 5 * n;
    if (LANE < 3)
    {
        float sum = 0.0f, rest = 0.0f;
        for (int part = 0; part < parts; part++) sum = add_to(sum, sums[(n * parts + part) * 3 + LANE], &rest);
        means[LANE] = sum / (float)pixels;
    }
    BARRIER();
    random_key key = noise;
    key.counter = noise.counter * (ulong)count + (ulong)n;
    const float contrast = d[3], deviation = d[4];
    for (int p = GROUP_X % parts * 256 + LANE; p < pixels; p += 256 * parts)
    {
        GLOBAL float *to = y + (n * pixels + p) * channels;
        float colour[3], e0 = 0.0f, e1 = 0.0f, e2 = 0.0f, e3 = 0.0f;
        if (inside) colour_of(pixel_of(images, offsets, n, p, sourceHeight, sourceWidth, width), d, colour);
        else colour[0] = colour[1] = colour[2] = NOT_A_NUMBER;
        // Elements 3p … 3p + 2 lie in two blocks of two, the first starting at 3p or one before.
        const uint first = 3u * (uint)p;
        if (deviation != 0.0f)
        {
            normals_of(key, first >> 1, &e0, &e1);
            normals_of(key, (first >> 1) + 1u, &e2, &e3);
        }
        const int odd = (int)(first & 1u);
        to[0] = clipped(FMA(deviation, odd ? e1 : e0, FMA(colour[0] - means[0], contrast, means[0])));
        to[1] = clipped(FMA(deviation, odd ? e2 : e1, FMA(colour[1] - means[1], contrast, means[1])));
        to[2] = clipped(FMA(deviation, odd ? e3 : e2, FMA(colour[2] - means[2], contrast, means[2])));
    }
}
