// Elementary functions written by hand: CUDA sources are compiled without a device library, and every device computes the same bits. The polynomials
// are minimax fits on their intervals with the coefficients rounded to floats one after the other. NaN gives NaN.
#ifndef ACTIONABLE_MATH_H
#define ACTIONABLE_MATH_H
#include "common.h"

#define INFINITE BITS_FLOAT(0x7f800000u)
#define NOT_A_NUMBER BITS_FLOAT(0x7fc00000u)

// max(x, 0); NaN stays.
INLINE float relu_of(const float x) { return x < 0.0f ? 0.0f : x; }

// The larger and the smaller, NaN if one is NaN.
INLINE float larger(const float a, const float b) { return a > b || a != a ? a : b; }
INLINE float smaller(const float a, const float b) { return a < b || a != a ? a : b; }

// 2^n for n of a normal number.
INLINE float power_of_two(const int n) { return BITS_FLOAT((uint)(n + 127) << 23); }

// e^x: x = n·ln 2 + r with |r| ≤ ½ ln 2.
INLINE float exponential(const float x)
{
    if (x != x) return x;
    if (x < -104.0f) return 0.0f;
    if (x > 89.0f) return INFINITE;
    const float n = FLOOR(FMA(x, 1.44269504f, 0.5f));
    const float r = FMA(n, 1.9046542e-9f, FMA(n, -0.6931472f, x));
    float p = FMA(0.0013819824f, r, 0.008368687f);
    p = FMA(p, r, 0.041668277f);
    p = FMA(p, r, 0.16666521f);
    p = FMA(p, r, 0.49999994f);
    const int power = (int)n, part = power / 2;
    return (FMA(p, r * r, r) + 1.0f) * power_of_two(part) * power_of_two(power - part);
}

// k·ln 2 + log(1 + f) with √½ ≤ 1 + f ≤ √2.
INLINE float logarithm_of_parts(const float k, const float f)
{
    float p = FMA(0.06750956f, f, -0.11671449f);
    p = FMA(p, f, 0.11883568f);
    p = FMA(p, f, -0.12406032f);
    p = FMA(p, f, 0.14220327f);
    p = FMA(p, f, -0.16667996f);
    p = FMA(p, f, 0.20002073f);
    p = FMA(p, f, -0.2500001f);
    p = FMA(p, f, 0.33333313f);
    // 0.69314575 has 15 bits, so that its product with k is exact.
    const float tail = FMA(f * f, FMA(p, f, -0.5f), k * 1.4286068e-6f);
    return FMA(k, 0.69314575f, f + tail);
}

// log x for normal x > 0.
INLINE float logarithm(const float x)
{
    if (!(x < INFINITE)) return x;
    const uint bits = FLOAT_BITS(x), shifted = bits - 0x3f3504f3u;
    const int k = (int)shifted >> 23;
    return logarithm_of_parts((float)k, BITS_FLOAT(bits - ((uint)k << 23)) - 1.0f);
}

// log(1 + e) for 0 ≤ e ≤ 1, small e included.
INLINE float log_one_plus(const float e) { return e > 0.41421356f ? logarithm_of_parts(1.0f, FMA(0.5f, e, -0.5f)) : logarithm_of_parts(0.0f, e); }

// 1/(1 + e^−x) without losing small values.
INLINE float sigmoid_of(const float x)
{
    const float e = exponential(x < 0.0f ? x : -x);
    return (x < 0.0f ? e : 1.0f) / (1.0f + e);
}

// Sine and cosine of q quarter turns + r radians, |r| ≤ π/4.
INLINE void sine_cosine_of_parts(const int q, const float r, float *sine, float *cosine)
{
    const float z = r * r;
    float s = FMA(-0.00019505629f, z, 0.008332096f), c = FMA(2.4428211e-5f, z, -0.0013887289f);
    s = FMA(FMA(s, z, -0.16666654f), z * r, r);
    c = FMA(FMA(FMA(c, z, 0.041666646f), z, -0.5f), z, 1.0f);
    const float a = (q & 1) == 0 ? s : c, b = (q & 1) == 0 ? c : s;
    *sine = (q & 2) == 0 ? a : -a;
    *cosine = ((q + 1) & 2) == 0 ? b : -b;
}

// Sine and cosine of u turns, 0 ≤ u ≤ 1.
INLINE void sine_cosine_of_turns(const float u, float *sine, float *cosine)
{
    const float q = FLOOR(FMA(4.0f, u, 0.5f)), part = FMA(4.0f, u, -q);
    sine_cosine_of_parts((int)q, FMA(part, 1.5707964f, part * -4.371139e-8f), sine, cosine);
}

// Word i of 2/π after the point, the most significant first; zeros before it.
INLINE uint two_over_pi(const int i)
{
    return i < 0 ? 0u : i == 0 ? 0xa2f9836eu : i == 1 ? 0x4e441529u : i == 2 ? 0xfc2757d1u : i == 3 ? 0xf534ddc0u : i == 4 ? 0xdb629599u
        : i == 5 ? 0x3c439041u : 0xfe5163abu;
}

// 32 bits of 2/π from bit `first` after the point on.
INLINE uint two_over_pi_bits(const int first)
{
    const int word = first >> 5, shift = first & 31;
    return shift == 0 ? two_over_pi(word) : two_over_pi(word) << shift | two_over_pi(word + 1) >> (32 - shift);
}

// Sine and cosine of x radians.
INLINE void sine_cosine(const float x, float *sine, float *cosine)
{
    const uint bits = FLOAT_BITS(x) & 0x7fffffffu;
    if (bits >= 0x7f800000u)
    {
        *sine = *cosine = NOT_A_NUMBER;
        return;
    }
    if (bits < 0x48000000u)
    {
        // |x| < 2¹⁷: π/2 in three parts; the first difference is exact.
        const float q = FLOOR(FMA(x, 0.63661977f, 0.5f));
        const float r = FMA(q, 1.7151245e-15f, FMA(q, 4.371139e-8f, FMA(q, -1.5707964f, x)));
        sine_cosine_of_parts((int)q, r, sine, cosine);
        return;
    }
    // x = m·2^e. Of 2/π only the bits that weigh less than 4 quarter turns matter, times m modulo 4 (Payne and Hanek 1983).
    const int first = (int)(bits >> 23) - 152;
    const ulong m = (bits & 0x7fffffu) | 0x800000u;
    const ulong turns = (m * two_over_pi_bits(first) << 32) + m * two_over_pi_bits(first + 32) + (m * two_over_pi_bits(first + 64) >> 32);
    // The two upper bits count quarter turns; the rest, to the nearest one, is r.
    const ulong part = turns << 2;
    const int above = (int)(part >> 63), q = (int)(turns >> 62) + above;
    const float distance = (float)(above ? (ulong)0 - part : part) * 5.4210109e-20f * 1.5707964f, r = above ? -distance : distance;
    const int sign = (int)(FLOAT_BITS(x) >> 31);
    float s;
    sine_cosine_of_parts(q, r, &s, cosine);
    *sine = sign ? -s : s;
}

#endif
