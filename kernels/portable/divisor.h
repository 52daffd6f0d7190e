// Division by a number that the host knows, as one multiplication (Granlund and Montgomery 1994).
#ifndef ACTIONABLE_DIVISOR_H
#define ACTIONABLE_DIVISOR_H

// As the host's Divisor.
typedef struct { uint multiplier; int shift; } Divisor;

// The quotient of a dividend of 0 … 2^31 − 1.
INLINE int divide(int dividend, const Divisor by)
{
    const uint n = (uint)dividend;
    return (int)((MULTIPLY_HIGH(n, by.multiplier) + n) >> by.shift);
}

#endif
