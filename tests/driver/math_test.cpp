// Errors of the elementary functions of kernels/portable/math.h against double precision, over the ranges that they state. Prints the largest of each, in
// units of the last place of the exact result.
#include "harness.h"
#include "kernels/portable/math.h"
#include "self_test.h"
#include <cmath>

// The spacing of floats at a value, normal ones.
static double spacing(double value)
{
    int power;
    frexp(value, &power);
    return ldexp(1.0, (power < -125 ? -125 : power) - 24);
}

// The largest error of a function over every so-manieth float from one bit pattern to another, of both signs where asked for.
template <typename Function, typename Exact>
static void sweep(const char *name, uint from, uint to, uint stride, bool both, double bound, Function function, Exact exact)
{
    double worst = 0;
    float at = 0;
    for (uint sign = 0; sign <= (both ? 0x80000000u : 0u); sign += 0x80000000u)
    {
        for (uint bits = from; bits < to; bits += stride)
        {
            const float x = BITS_FLOAT(bits | sign);
            const double wanted = exact(x), error = std::abs(function(x) - wanted) / spacing(wanted);
            if (error <= worst) continue;
            worst = error;
            at = x;
        }
        if (!both || sign) break;
    }
    printf("%s: %.2f at %.9g\n", name, worst, at);
    expect(worst <= bound, name);
}

static float sine_of(float x) { float s, c; sine_cosine(x, &s, &c); return s; }
static float cosine_of(float x) { float s, c; sine_cosine(x, &s, &c); return c; }
static float sine_of_turns(float u) { float s, c; sine_cosine_of_turns(u, &s, &c); return s; }
static float cosine_of_turns(float u) { float s, c; sine_cosine_of_turns(u, &s, &c); return c; }

int main()
{
    const uint one = FLOAT_BITS(1.0f), normal = 0x00800000u, infinite = 0x7f800000u, limit = FLOAT_BITS(131072.0f);
    auto sine = [](double x) { return sin(x); };
    auto cosine = [](double x) { return cos(x); };
    sweep("exponential", 0, FLOAT_BITS(87.3f), 101, true, 1.05, exponential, [](double x) { return exp(x); });
    sweep("logarithm", normal, infinite, 101, false, 0.9, logarithm, [](double x) { return log(x); });
    sweep("log_one_plus", 0, one + 1, 101, false, 1.5, log_one_plus, [](double x) { return log1p(x); });
    sweep("sigmoid", 0, FLOAT_BITS(64.0f), 101, true, 2.5, sigmoid_of, [](double x) { return 1 / (1 + exp(-x)); });
    sweep("sine", 0, limit, 211, true, 1.6, sine_of, sine);
    sweep("cosine", 0, limit, 211, true, 1.6, cosine_of, cosine);
    sweep("sine of large angles", limit, infinite, 211, true, 2.8, sine_of, sine);
    sweep("cosine of large angles", limit, infinite, 211, true, 2.8, cosine_of, cosine);
    // In long double: 2πu rounded to double would show where the value crosses 0.
    sweep("sine of turns", FLOAT_BITS(6e-8f), one, 101, false, 1.6, sine_of_turns, [](double u) { return (double)sinl(2 * M_PIl * u); });
    sweep("cosine of turns", FLOAT_BITS(6e-8f), one, 101, false, 1.6, cosine_of_turns, [](double u) { return (double)cosl(2 * M_PIl * u); });

    expect(exponential(-200) == 0 && exponential(200) == INFINITY && exponential(-INFINITY) == 0 && exponential(INFINITY) == INFINITY, "limits of exp");
    expect(std::isnan(exponential(NAN)) && std::isnan(logarithm(NAN)) && std::isnan(log_one_plus(NAN)) && std::isnan(sigmoid_of(NAN)), "NaN stays");
    expect(std::isnan(sine_of(INFINITY)) && std::isnan(cosine_of(NAN)), "no angle");
    expect(std::isnan(relu_of(NAN)) && std::isnan(larger(NAN, 1)) && std::isnan(larger(1, NAN)) && std::isnan(smaller(NAN, 1)) && std::isnan(smaller(1, NAN)),
        "comparisons keep NaN");
    expect(logarithm(1) == 0 && log_one_plus(0) == 0 && exponential(0) == 1 && sine_of(0) == 0 && cosine_of(0) == 1, "exact values");
    return report();
}
