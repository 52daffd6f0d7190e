// What the convolutions share: the extents of a layer, the pixel of a window and the tap of a sum's term.
#ifndef ACTIONABLE_CONVOLUTION_H
#define ACTIONABLE_CONVOLUTION_H

#include "divisor.h"
#include "math.h"

// One layer, as the host's ConvolutionArguments: x [batch, height, width, in], w [out, side, side, in], y [batch, outHeight, outWidth, out].
// The window of output (i, j) starts at (i·stride − top, j·stride − left). taps is the most windows that contain one pixel along an axis.
typedef struct
{
    int batch, height, width, in, outHeight, outWidth, out, side, stride, top, left, taps;
    Divisor byIn, byOut, bySide, byOutWidth, byOutPixels, byTaps, byFewerTaps;
} Convolution;

// Where the sum of an output pixel starts: element, row and column of the map.
typedef struct { long start; int row, column; } Pixel;

// What a term of the sum adds to them.
typedef struct { int offset, row, column; } Tap;

// Rows that are on no map: of pixels and of terms beyond the end, alone or together.
#define NO_PIXEL (-(1 << 30))
#define NO_TERM (1 << 29)

INLINE int round_up_divide(int dividend, int divisor) { return (dividend + divisor - 1) / divisor; }

// The window of output pixel m of [0, end).
INLINE Pixel window_pixel(const Convolution s, int m, int end)
{
    const int image = divide(m, s.byOutPixels), within = m - image * (s.outHeight * s.outWidth);
    const int i = divide(within, s.byOutWidth), j = within - i * s.outWidth;
    Pixel pixel;
    pixel.row = i * s.stride - s.top;
    pixel.column = j * s.stride - s.left;
    pixel.start = (((long)image * s.height + pixel.row) * s.width + pixel.column) * s.in;
    if (m >= end) pixel.row = NO_PIXEL;
    return pixel;
}

// Term k of [0, terms) of an output's sum: (u, v, c), c fastest.
INLINE Tap window_tap(const Convolution s, int k, int terms)
{
    const int window = divide(k, s.byIn), u = divide(window, s.bySide);
    Tap tap;
    tap.row = k < terms ? u : NO_TERM;
    tap.column = window - u * s.side;
    tap.offset = (u * s.width + tap.column) * s.in + k - window * s.in;
    return tap;
}

// The pixels of dx whose row and column have the same rest by the stride, and the windows that contain them along each axis.
typedef struct
{
    int firstRow, firstColumn, rows, columns, pixels;
    // The first pixel's last window; window taps of that phase begin at (rowTap, columnTap).
    int window, windowColumn, rowTap, columnTap, rowTaps, columnTaps;
} Phase;

INLINE Phase phase_of(const Convolution s, int number)
{
    const int across = s.stride < s.width ? s.stride : s.width;
    Phase phase;
    phase.firstRow = number / across;
    phase.firstColumn = number % across;
    phase.rows = round_up_divide(s.height - phase.firstRow, s.stride);
    phase.columns = round_up_divide(s.width - phase.firstColumn, s.stride);
    phase.pixels = s.batch * phase.rows * phase.columns;
    phase.window = (phase.firstRow + s.top) / s.stride;
    phase.windowColumn = (phase.firstColumn + s.left) / s.stride;
    phase.rowTap = (phase.firstRow + s.top) % s.stride;
    phase.columnTap = (phase.firstColumn + s.left) % s.stride;
    phase.rowTaps = phase.rowTap < s.side ? round_up_divide(s.side - phase.rowTap, s.stride) : 0;
    phase.columnTaps = phase.columnTap < s.side ? round_up_divide(s.side - phase.columnTap, s.stride) : 0;
    return phase;
}

// The last window that contains pixel m of a phase, whose first element in dx goes to *target.
INLINE Pixel phase_pixel(const Convolution s, const Phase phase, int m, LOCAL_POINTER(long) target)
{
    const int image = m / (phase.rows * phase.columns), within = m - image * (phase.rows * phase.columns);
    const int i = within / phase.columns, j = within - i * phase.columns;
    Pixel pixel;
    pixel.row = phase.window + i;
    pixel.column = phase.windowColumn + j;
    pixel.start = (((long)image * s.outHeight + pixel.row) * s.outWidth + pixel.column) * s.out;
    *target = (((long)image * s.height + phase.firstRow + i * s.stride) * s.width + phase.firstColumn + j * s.stride) * s.in;
    if (m >= phase.pixels) pixel.row = NO_PIXEL;
    return pixel;
}

// Term k of [0, terms) of a phase's sums: (a, b, o), o fastest; window a before the last one.
INLINE Tap phase_tap(const Convolution s, const Phase phase, int k, int terms)
{
    const int window = divide(k, s.byOut), a = divide(window, phase.columnTaps == s.taps ? s.byTaps : s.byFewerTaps);
    Tap tap;
    tap.row = k < terms ? -a : NO_TERM;
    tap.column = a * phase.columnTaps - window;
    tap.offset = (tap.column - a * s.outWidth) * s.out + k - window * s.out;
    return tap;
}

// The weights of that term: element of w[o, u, v, 0].
INLINE long phase_weight(const Convolution s, const Phase phase, int k)
{
    const int window = divide(k, s.byOut), a = divide(window, phase.columnTaps == s.taps ? s.byTaps : s.byFewerTaps);
    const int u = phase.rowTap + s.stride * a, v = phase.columnTap + s.stride * (window - a * phase.columnTaps);
    return (((long)(k - window * s.out) * s.side + u) * s.side + v) * s.in;
}

INLINE int is_inside(const Pixel pixel, const Tap tap, int height, int width)
{
    return (uint)(pixel.row + tap.row) < (uint)height && (uint)(pixel.column + tap.column) < (uint)width;
}

INLINE float4 quad_of(float x, float y, float z, float w)
{
    float4 quad;
    quad.x = x;
    quad.y = y;
    quad.z = z;
    quad.w = w;
    return quad;
}

INLINE float4 zero_quad(void) { return quad_of(0.0f, 0.0f, 0.0f, 0.0f); }

INLINE float read_or_zero(GLOBAL const float *from, long i, int valid) { return valid ? from[i] : 0.0f; }

// Elements i … i + 3 of a row as far as they are below end, zero beyond.
INLINE float4 read_quad(GLOBAL const float *row, int i, int end)
{
    return quad_of(read_or_zero(row, i, i < end), read_or_zero(row, i + 1, i + 1 < end), read_or_zero(row, i + 2, i + 2 < end),
        read_or_zero(row, i + 3, i + 3 < end));
}

// ReLU or the identity.
INLINE float activate(float x, int relu) { return relu ? relu_of(x) : x; }

// Writes row[column … column + 3] as far as they are below columns; at once where rows are quads, aligned and never cut.
INLINE void write_quad(GLOBAL float *row, int column, int columns, float4 quad, int quads)
{
    if (quads)
    {
        if (column < columns) *(GLOBAL float4 *)(row + column) = quad;
    }
    else
    {
        if (column < columns) row[column] = quad.x;
        if (column + 1 < columns) row[column + 1] = quad.y;
        if (column + 2 < columns) row[column + 2] = quad.z;
        if (column + 3 < columns) row[column + 3] = quad.w;
    }
}

#endif
