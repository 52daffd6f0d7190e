// conv2d.cl in one tile shape: m = pixels of y, n = its channels, k = (u, v, c).
KERNEL(NAME(conv2d), GROUP)(IN(float, x), IN(float, w), IN(float, bias), OUT(float, y), const Convolution s, const int partTerms, const int relu,
    const int quads)
{
    BIND_IN(float, x);
    BIND_IN(float, w);
    BIND_IN(float, bias);
    BIND_OUT(float, y);
    LOCAL float4 a[2][DEPTH * TILE_M / 4], b[2][DEPTH * TILE_N / 4];
    LOCAL Pixel pixels[TILE_M];
    const int pixelCount = s.batch * s.outHeight * s.outWidth, firstPixel = GROUP_X * TILE_M, firstOut = GROUP_Y * TILE_N;
    const int terms = s.side * s.side * s.in, begin = GROUP_Z * partTerms, left = terms - begin;
    const int stages = round_up_divide(left < partTerms ? left : partTerms, DEPTH);
    float sums[MICRO][MICRO];
    float4 nextA[SHARE(TILE_M)], nextB[SHARE(TILE_N)];
    for (int m = LANE; m < TILE_M; m += GROUP) pixels[m] = window_pixel(s, firstPixel + m, pixelCount);
    NAME(clear)(sums);
    BARRIER();
    for (int stage = 0; stage <= stages; stage++)
    {
        if (stage < stages)
        {
            const int k = begin + stage * DEPTH + 4 * TERM_QUAD;
            Tap taps[TAPS];
            UNROLL for (int t = 0; t < TAPS; t++) taps[t] = window_tap(s, k + t, terms);
            UNROLL for (int pass = 0; pass < SHARE(TILE_M); pass++)
                if (HAS_QUAD(TILE_M, pass)) nextA[pass] = NAME(gather)(x, s.height, s.width, pixels[TERM_ROW(pass)], taps);
            UNROLL for (int pass = 0; pass < SHARE(TILE_N); pass++)
            {
                const int o = firstOut + TERM_ROW(pass);
                if (HAS_QUAD(TILE_N, pass)) nextB[pass] = NAME(read)(w + (long)o * terms, k, o < s.out ? terms : 0);
            }
        }
        if (stage > 0) NAME(multiply)(a[(stage - 1) & 1], b[(stage - 1) & 1], sums);
        if (stage < stages)
        {
            UNROLL for (int pass = 0; pass < SHARE(TILE_M); pass++)
                if (HAS_QUAD(TILE_M, pass)) PUT_TERMS(a[stage & 1], TILE_M, pass, nextA[pass]);
            UNROLL for (int pass = 0; pass < SHARE(TILE_N); pass++)
                if (HAS_QUAD(TILE_N, pass)) PUT_TERMS(b[stage & 1], TILE_N, pass, nextB[pass]);
        }
        BARRIER();
    }
    UNROLL for (int j = 0; j < MICRO; j += 4)
    {
        const int o = firstOut + COLUMN(j);
        const float4 add = bias ? read_quad(bias, o, s.out) : zero_quad();
        UNROLL for (int i = 0; i < MICRO; i++)
        {
            const int pixel = firstPixel + ROW(i);
            const float4 quad = quad_of(activate(sums[i][j] + add.x, relu), activate(sums[i][j + 1] + add.y, relu),
                activate(sums[i][j + 2] + add.z, relu), activate(sums[i][j + 3] + add.w, relu));
            if (pixel < pixelCount) write_quad(y + ((long)GROUP_Z * pixelCount + pixel) * s.out, o, s.out, quad, quads);
        }
    }
}
