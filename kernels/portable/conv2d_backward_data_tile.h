// conv2d_backward_data.cl in one tile shape: m = pixels of dx in a phase, n = its channels, k = (a, b, o).
KERNEL(NAME(conv2d_backward_data), GROUP)(IN(float, dy), IN(float, w), OUT(float, dx), const Convolution s, const int quads)
{
    BIND_IN(float, dy);
    BIND_IN(float, w);
    BIND_OUT(float, dx);
    LOCAL float4 a[2][DEPTH * TILE_M / 4], b[2][DEPTH * TILE_N / 4];
    LOCAL Pixel pixels[TILE_M];
    LOCAL long targets[TILE_M];
    const Phase phase = phase_of(s, GROUP_Z);
    const int firstPixel = GROUP_X * TILE_M, firstIn = GROUP_Y * TILE_N;
    // Groups beyond a smaller phase have nothing to sum.
    const int terms = firstPixel < phase.pixels ? phase.rowTaps * phase.columnTaps * s.out : 0, stages = round_up_divide(terms, DEPTH);
    float sums[MICRO][MICRO];
    float4 nextA[SHARE(TILE_M)], nextB[SHARE(TILE_N)];
    for (int m = LANE; m < TILE_M; m += GROUP) pixels[m] = phase_pixel(s, phase, firstPixel + m, targets + m);
    NAME(clear)(sums);
    BARRIER();
    for (int stage = 0; stage <= stages; stage++)
    {
        if (stage < stages)
        {
            Tap taps[TAPS];
            UNROLL for (int t = 0; t < TAPS; t++) taps[t] = phase_tap(s, phase, stage * DEPTH + 4 * TERM_QUAD + t, terms);
            UNROLL for (int pass = 0; pass < SHARE(TILE_M); pass++)
                if (HAS_QUAD(TILE_M, pass)) nextA[pass] = NAME(gather)(dy, s.outHeight, s.outWidth, pixels[TERM_ROW(pass)], taps);
            UNROLL for (int pass = 0; pass < SHARE(TILE_N); pass++)
            {
                const int k = stage * DEPTH + ROW_TERM(TILE_N, pass);
                if (HAS_QUAD(TILE_N, pass))
                    nextB[pass] = NAME(read)(w + phase_weight(s, phase, k), firstIn + 4 * ROW_QUAD(TILE_N), k < terms ? s.in : 0);
            }
        }
        if (stage > 0) NAME(multiply)(a[(stage - 1) & 1], b[(stage - 1) & 1], sums);
        if (stage < stages)
        {
            UNROLL for (int pass = 0; pass < SHARE(TILE_M); pass++)
                if (HAS_QUAD(TILE_M, pass)) PUT_TERMS(a[stage & 1], TILE_M, pass, nextA[pass]);
            UNROLL for (int pass = 0; pass < SHARE(TILE_N); pass++)
                if (HAS_QUAD(TILE_N, pass)) PUT_ROWS(b[stage & 1], TILE_N, pass, nextB[pass]);
        }
        BARRIER();
    }
    UNROLL for (int i = 0; i < MICRO; i++)
        if (firstPixel + ROW(i) < phase.pixels)
            UNROLL for (int j = 0; j < MICRO; j += 4)
                write_quad(dx + targets[ROW(i)], firstIn + COLUMN(j), s.in, quad_of(sums[i][j], sums[i][j + 1], sums[i][j + 2], sums[i][j + 3]), quads);
}
