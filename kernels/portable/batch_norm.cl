// Batch normalisation of x [R, C]: moments of parts of the rows, their union, and y = act(scale·(x − mean)·inverse + shift).
#include "matrix.h"
#include "reduce.h"
#include "math.h"

// Joins the moments (count, mean, squares about the mean) of n more values (Chan, Golub and LeVeque 1979).
INLINE void join(float *count, float *mean, float *squares, const float n, const float m, const float q)
{
    const float total = *count + n, share = n / total, difference = m - *mean;
    *mean = FMA(difference, share, *mean);
    *squares += FMA(difference * difference, *count * share, q);
    *count = total;
}

// partials[part, 0, c] and [part, 1, c] = mean and squares about it of a part's rows. Eight rows at a time are centred in registers: one reading of
// x and no cancellation.
KERNEL(batch_norm_moments, 256)(IN(float, x), OUT(float, partials), const long rows, const int columns, const int width, const int blocks,
    const int parts)
{
    BIND_IN(float, x);
    BIND_OUT(float, partials);
    LOCAL float counts[256], means[256], squared[256];
    const int block = GROUP_X % blocks, part = GROUP_X / blocks;
    const int step = 256 / width, row = LANE / width, c = block * width + LANE % width;
    const long share = (rows + parts - 1) / parts, begin = part * share, end = begin + share < rows ? begin + share : rows;
    float count = 0.0f, mean = 0.0f, squares = 0.0f;
    if (row < step && c < columns)
    {
        long r = begin + row;
        for (; r + 7 * step < end; r += 8 * step)
        {
            float v[8], sum = 0.0f, q = 0.0f;
            for (int k = 0; k < 8; k++) v[k] = x[(r + k * step) * columns + c];
            for (int k = 0; k < 8; k++) sum += v[k];
            sum *= 0.125f;
            for (int k = 0; k < 8; k++) q = FMA(v[k] - sum, v[k] - sum, q);
            join(&count, &mean, &squares, 8.0f, sum, q);
        }
        for (; r < end; r += step) join(&count, &mean, &squares, 1.0f, x[r * columns + c], 0.0f);
    }
    counts[LANE] = count;
    means[LANE] = mean;
    squared[LANE] = squares;
    for (int pair = 128; pair > 0; pair >>= 1)
    {
        BARRIER();
        const int other = LANE + pair * width;
        if (row < pair && row + pair < step && counts[other] > 0.0f)
        {
            join(&count, &mean, &squares, counts[other], means[other], squared[other]);
            counts[LANE] = count;
            means[LANE] = mean;
            squared[LANE] = squares;
        }
    }
    if (row == 0 && c < columns)
    {
        partials[(long)part * 2 * columns + c] = mean;
        partials[((long)part * 2 + 1) * columns + c] = squares;
    }
}

// How many rows a part has, all but the last being full.
INLINE float rows_of(const int part, const int parts, const long share, const long rows)
{
    return part < parts - 1 ? (float)share : (float)(rows - (parts - 1) * share);
}

// Mean and inverse deviation of all rows, and the moving statistics: a group takes 8 columns, 32 parts at a time.
KERNEL(batch_norm_join, 256)(IN(float, partials), OUT(float, batchMean), OUT(float, batchInverse), OUT(float, movingMean), OUT(float, movingVariance),
    const long rows, const int columns, const int parts, const float decay, const float epsilon, const float correction)
{
    BIND_IN(float, partials);
    BIND_OUT(float, batchMean);
    BIND_OUT(float, batchInverse);
    BIND_OUT(float, movingMean);
    BIND_OUT(float, movingVariance);
    LOCAL float shared[256];
    const int row = LANE / 8, c = GROUP_X * 8 + LANE % 8;
    const long share = (rows + parts - 1) / parts;
    float sum = 0.0f, rest = 0.0f;
    if (c < columns)
        for (int part = row; part < parts; part += 128)
        {
            float m[4];
            FOUR(k) m[k] = part + 32 * k < parts ? partials[(part + 32 * k) * 2L * columns + c] : 0.0f;
            FOUR(k) sum = add_to(sum, rows_of(part + 32 * k, parts, share, rows) * m[k], &rest);
        }
    shared[LANE] = sum;
    add_rows(shared, 8, 32);
    BARRIER();
    const float mean = shared[LANE % 8] / (float)rows;
    BARRIER();
    sum = rest = 0.0f;
    if (c < columns)
        for (int part = row; part < parts; part += 128)
        {
            float difference[4], squares[4];
            FOUR(k) difference[k] = part + 32 * k < parts ? partials[(part + 32 * k) * 2L * columns + c] - mean : 0.0f;
            FOUR(k) squares[k] = part + 32 * k < parts ? partials[((part + 32 * k) * 2L + 1) * columns + c] : 0.0f;
            FOUR(k) sum = add_to(sum, FMA(rows_of(part + 32 * k, parts, share, rows) * difference[k], difference[k], squares[k]), &rest);
        }
    shared[LANE] = sum;
    add_rows(shared, 8, 32);
    if (row == 0 && c < columns)
    {
        const float variance = shared[LANE] / (float)rows;
        batchMean[c] = mean;
        batchInverse[c] = 1.0f / SQRT(variance + epsilon);
        movingMean[c] = decay * movingMean[c] + (1.0f - decay) * mean;
        movingVariance[c] = decay * movingVariance[c] + (1.0f - decay) * (variance * correction);
    }
}

// y = act(scale·(x − mean)·spread + shift), spread being inverse deviations, or variances where inference is not 0. y may be x.
KERNEL(batch_norm_apply, 256)(IN(float, x), IN(float, scale), IN(float, shift), IN(float, mean), IN(float, spread), OUT(float, y), const long rows,
    const int columns, const int inference, const float epsilon, const int relu)
{
    BIND_ALIAS_IN(float, x);
    BIND_IN(float, scale);
    BIND_IN(float, shift);
    BIND_IN(float, mean);
    BIND_IN(float, spread);
    BIND_ALIAS_OUT(float, y);
    COLUMN(c, columns);
    const float m = mean[c], s = shift[c], own = scale ? scale[c] : 1.0f;
    const float factor = inference ? own / SQRT(spread[c] + epsilon) : own * spread[c];
    FOR_FOUR_ROWS(r, rows, c, columns)
    {
        float v[4];
        FOUR(k) v[k] = r + k * step < rows ? FMA(x[(r + k * step) * columns + c] - m, factor, s) : 0.0f;
        FOUR(k) if (r + k * step < rows) y[(r + k * step) * columns + c] = relu ? relu_of(v[k]) : v[k];
    }
}
