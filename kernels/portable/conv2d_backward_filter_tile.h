// conv2d_backward_filter.cl in one tile shape: m = (u, v, c), n = channels of dy, k = pixels of dy.
KERNEL(NAME(conv2d_backward_filter), GROUP)(IN(float, x), IN(float, dy), OUT(float, dw), const Convolution s, const int partPixels, const int quads)
{
    BIND_IN(float, x);
    BIND_IN(float, dy);
    BIND_OUT(float, dw);
    LOCAL float4 a[2][DEPTH * TILE_M / 4], b[2][DEPTH * TILE_N / 4];
    const int terms = s.side * s.side * s.in, firstTerm = GROUP_X * TILE_M, firstOut = GROUP_Y * TILE_N;
    const int pixelCount = s.batch * s.outHeight * s.outWidth, begin = GROUP_Z * partPixels, left = pixelCount - begin;
    const int end = left < partPixels ? pixelCount : begin + partPixels, stages = round_up_divide(end - begin, DEPTH);
    float sums[MICRO][MICRO];
    float4 nextA[SHARE(TILE_M)], nextB[SHARE(TILE_N)];
    Tap taps[TAPS];
    UNROLL for (int t = 0; t < TAPS; t++) taps[t] = window_tap(s, firstTerm + 4 * ROW_QUAD(TILE_M) + t, terms);
    NAME(clear)(sums);
    for (int stage = 0; stage <= stages; stage++)
    {
        if (stage < stages)
        {
            const int first = begin + stage * DEPTH;
            UNROLL for (int pass = 0; pass < SHARE(TILE_M); pass++)
                if (HAS_QUAD(TILE_M, pass))
                    nextA[pass] = NAME(gather)(x, s.height, s.width, window_pixel(s, first + ROW_TERM(TILE_M, pass), end), taps);
            UNROLL for (int pass = 0; pass < SHARE(TILE_N); pass++)
            {
                const int pixel = first + ROW_TERM(TILE_N, pass);
                if (HAS_QUAD(TILE_N, pass))
                    nextB[pass] = NAME(read)(dy + (long)pixel * s.out, firstOut + 4 * ROW_QUAD(TILE_N), pixel < end ? s.out : 0);
            }
        }
        if (stage > 0) NAME(multiply)(a[(stage - 1) & 1], b[(stage - 1) & 1], sums);
        if (stage < stages)
        {
            UNROLL for (int pass = 0; pass < SHARE(TILE_M); pass++)
                if (HAS_QUAD(TILE_M, pass)) PUT_ROWS(a[stage & 1], TILE_M, pass, nextA[pass]);
            UNROLL for (int pass = 0; pass < SHARE(TILE_N); pass++)
                if (HAS_QUAD(TILE_N, pass)) PUT_ROWS(b[stage & 1], TILE_N, pass, nextB[pass]);
        }
        BARRIER();
    }
    UNROLL for (int j = 0; j < MICRO; j++)
    {
        const int o = firstOut + COLUMN(j);
        if (o < s.out)
            UNROLL for (int i = 0; i < MICRO; i += 4)
                write_quad(dw + ((long)GROUP_Z * s.out + o) * terms, firstTerm + ROW(i), terms,
                    quad_of(sums[i][j], sums[i + 1][j], sums[i + 2][j], sums[i + 3][j]), quads);
    }
}
