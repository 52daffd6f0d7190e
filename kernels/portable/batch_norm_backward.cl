// Gradients of batch normalisation of x [R, C]. g is dy where the output, computed again as batch_norm.cl does, is positive (without ReLU: dy);
// n = (x − mean)·inverse. dx = scale·inverse·(g − mean of g − n·mean of g·n), dshift = Σ g, dscale = Σ g·n.
#include "matrix.h"
#include "reduce.h"

INLINE float gradient_of(const float centred, const float factor, const float shift, const float dy, const int relu)
{
    return !relu || FMA(centred, factor, shift) > 0.0f ? dy : 0.0f;
}

// partials[part, c] = Σ g and partials[part, C + c] = Σ g·n over a part's rows.
KERNEL(batch_norm_gradient_sums, 256)(IN(float, x), IN(float, dy), IN(float, scale), IN(float, shift), IN(float, mean), IN(float, inverse),
    OUT(float, partials), const long rows, const int columns, const int width, const int blocks, const int parts, const int relu)
{
    BIND_IN(float, x);
    BIND_IN(float, dy);
    BIND_IN(float, scale);
    BIND_IN(float, shift);
    BIND_IN(float, mean);
    BIND_IN(float, inverse);
    BIND_OUT(float, partials);
    LOCAL float sums[256], products[256];
    const int block = GROUP_X % blocks, part = GROUP_X / blocks;
    const int step = 256 / width, row = LANE / width, c = block * width + LANE % width;
    const long share = (rows + parts - 1) / parts, begin = part * share, end = begin + share < rows ? begin + share : rows;
    float sum = 0.0f, product = 0.0f, sumRest = 0.0f, productRest = 0.0f;
    if (row < step && c < columns)
    {
        const float m = mean[c], inverse_c = inverse[c], s = shift[c], factor = (scale ? scale[c] : 1.0f) * inverse_c;
        for (long r = begin + row; r < end; r += 4 * step)
        {
            float centred[4], g[4];
            FOUR(k) centred[k] = r + k * step < end ? x[(r + k * step) * columns + c] - m : 0.0f;
            FOUR(k) g[k] = r + k * step < end ? gradient_of(centred[k], factor, s, dy[(r + k * step) * columns + c], relu) : 0.0f;
            FOUR(k)
            {
                sum = add_to(sum, g[k], &sumRest);
                product = add_to(product, g[k] * (centred[k] * inverse_c), &productRest);
            }
        }
    }
    sums[LANE] = sum;
    products[LANE] = product;
    add_rows(sums, width, step);
    add_rows(products, width, step);
    if (row == 0 && c < columns)
    {
        partials[(long)part * 2 * columns + c] = sums[LANE];
        partials[((long)part * 2 + 1) * columns + c] = products[LANE];
    }
}

// dx from sums [Σ g, Σ g·n], which also become dshift and dscale. dx may be dy.
KERNEL(batch_norm_gradient, 256)(IN(float, x), IN(float, dy), IN(float, scale), IN(float, shift), IN(float, mean), IN(float, inverse), IN(float, sums),
    OUT(float, dx), OUT(float, dscale), OUT(float, dshift), const long rows, const int columns, const int relu)
{
    BIND_IN(float, x);
    BIND_ALIAS_IN(float, dy);
    BIND_IN(float, scale);
    BIND_IN(float, shift);
    BIND_IN(float, mean);
    BIND_IN(float, inverse);
    BIND_IN(float, sums);
    BIND_ALIAS_OUT(float, dx);
    BIND_OUT(float, dscale);
    BIND_OUT(float, dshift);
    COLUMN(c, columns);
    const float m = mean[c], inverse_c = inverse[c], s = shift[c], factor = (scale ? scale[c] : 1.0f) * inverse_c;
    const float meanGradient = sums[c] / (float)rows, meanProduct = sums[columns + c] / (float)rows;
    if (c_item < columns)
    {
        dshift[c] = sums[c];
        if (dscale) dscale[c] = sums[columns + c];
    }
    FOR_FOUR_ROWS(r, rows, c, columns)
    {
        float centred[4], g[4];
        FOUR(k) centred[k] = r + k * step < rows ? x[(r + k * step) * columns + c] - m : 0.0f;
        FOUR(k) g[k] = r + k * step < rows ? gradient_of(centred[k], factor, s, dy[(r + k * step) * columns + c], relu) : 0.0f;
        FOUR(k)
            if (r + k * step < rows) dx[(r + k * step) * columns + c] = factor * (g[k] - meanGradient - centred[k] * inverse_c * meanProduct);
    }
}
