// Philox 4×32-10 (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011): the words, uniforms and normals of Philox.cs.
#ifndef ACTIONABLE_PHILOX_H
#define ACTIONABLE_PHILOX_H
#include "math.h"

typedef struct
{
    ulong seed;
    uint stream;
    ulong counter;
} random_key;

typedef struct
{
    uint a, b, c, d;
} random_words;

// The four words of a block.
INLINE random_words philox(const random_key key, const uint block)
{
    random_words w;
    w.a = block;
    w.b = key.stream;
    w.c = (uint)key.counter;
    w.d = (uint)(key.counter >> 32);
    uint k0 = (uint)key.seed, k1 = (uint)(key.seed >> 32);
    for (int round = 0; round < 10; round++)
    {
        const uint high0 = MULTIPLY_HIGH(0xD2511F53u, w.a), low0 = 0xD2511F53u * w.a;
        const uint high1 = MULTIPLY_HIGH(0xCD9E8D57u, w.c), low1 = 0xCD9E8D57u * w.c;
        w.a = high1 ^ w.b ^ k0;
        w.b = low1;
        w.c = high0 ^ w.d ^ k1;
        w.d = low0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return w;
}

// A word as a float in (0, 1), exactly.
INLINE float unit_of(const uint word) { return ((float)(word >> 9) + 0.5f) * 1.1920929e-7f; }

// Element i, uniform in (0, 1).
INLINE float uniform_of(const random_key key, const uint i)
{
    const random_words w = philox(key, i >> 2);
    const uint part = i & 3u;
    return unit_of(part == 0u ? w.a : part == 1u ? w.b : part == 2u ? w.c : w.d);
}

// Elements 2·block and 2·block + 1, standard normal (Box and Muller).
INLINE void normals_of(const random_key key, const uint block, float *even, float *odd)
{
    const random_words w = philox(key, block);
    const float radius = SQRT(-2.0f * logarithm(unit_of(w.a)));
    float sine, cosine;
    sine_cosine_of_turns(unit_of(w.b), &sine, &cosine);
    *even = radius * cosine;
    *odd = radius * sine;
}

// Element i, standard normal.
INLINE float normal_of(const random_key key, const uint i)
{
    float even, odd;
    normals_of(key, i >> 1, &even, &odd);
    return (i & 1u) == 0u ? even : odd;
}

#endif
