// table[r, q] = Σ_c context[r, c]·sums[q, c], q = class·O + o, where sums[q, c] adds w[o, u, v, c] over the taps (u, v) that a pixel of the class has
// inside the map. Groups compute tiles of 32 rows × 32 q, 2 × 2 of them per work-item; the sums are made on the way into local memory.
#include "common.h"

// Whether a tap stays inside on one side: class 0 is the first row or column, 2 the last.
INLINE int inside(const int side, const int tap) { return !(side == 0 && tap == 0) && !(side == 2 && tap == 2); }

KERNEL(context_table, 256)(IN(float, context), IN(float, w), OUT(float, table), const int rows, const int channels, const int outputs, const int blocks)
{
    BIND_IN(float, context);
    BIND_IN(float, w);
    BIND_OUT(float, table);
    LOCAL float contexts[32][33], sums[32][33];
    const int columns = 9 * outputs, firstRow = GROUP_X / blocks * 32, firstColumn = GROUP_X % blocks * 32;
    const int i = LANE / 16, j = LANE % 16, depth = LANE % 32;
    float t00 = 0.0f, t01 = 0.0f, t10 = 0.0f, t11 = 0.0f;
    for (int first = 0; first < channels; first += 32)
    {
        const int c = first + depth;
        BARRIER();
        for (int line = LANE / 32; line < 32; line += 8)
        {
            const int r = firstRow + line, q = firstColumn + line;
            contexts[line][depth] = r < rows && c < channels ? context[(long)r * channels + c] : 0.0f;
            float sum = 0.0f;
            if (q < columns && c < channels)
            {
                const int side = q / outputs, o = q % outputs;
                for (int u = 0; u < 3; u++)
                    for (int v = 0; v < 3; v++)
                        if (inside(side / 3, u) && inside(side % 3, v)) sum += w[((long)(o * 3 + u) * 3 + v) * channels + c];
            }
            sums[line][depth] = sum;
        }
        BARRIER();
        for (int k = 0; k < 32; k++)
        {
            const float a0 = contexts[i][k], a1 = contexts[i + 16][k], b0 = sums[j][k], b1 = sums[j + 16][k];
            t00 = FMA(a0, b0, t00);
            t01 = FMA(a0, b1, t01);
            t10 = FMA(a1, b0, t10);
            t11 = FMA(a1, b1, t11);
        }
    }
    const int r = firstRow + i, q = firstColumn + j;
    if (r < rows && q < columns) table[(long)r * columns + q] = t00;
    if (r < rows && q + 16 < columns) table[(long)r * columns + q + 16] = t01;
    if (r + 16 < rows && q < columns) table[(long)(r + 16) * columns + q] = t10;
    if (r + 16 < rows && q + 16 < columns) table[(long)(r + 16) * columns + q + 16] = t11;
}
