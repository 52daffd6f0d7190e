// k = scale_o/√(variance_o + ε), foldedW[o, :] = k·w[o, :], foldedBias[o] = k·(bias_o − mean_o) + shift_o: a group per row o.
#include "common.h"

KERNEL(fold_norm, 256)(IN(float, w), IN(float, bias), IN(float, scale), IN(float, shift), IN(float, mean), IN(float, variance), OUT(float, foldedW),
    OUT(float, foldedBias), const long length, const float epsilon)
{
    BIND_IN(float, w);
    BIND_IN(float, bias);
    BIND_IN(float, scale);
    BIND_IN(float, shift);
    BIND_IN(float, mean);
    BIND_IN(float, variance);
    BIND_OUT(float, foldedW);
    BIND_OUT(float, foldedBias);
    const int o = GROUP_X;
    const float k = (scale ? scale[o] : 1.0f) / SQRT(variance[o] + epsilon);
    if (LANE == 0) foldedBias[o] = FMA(k, (bias ? bias[o] : 0.0f) - mean[o], shift[o]);
    for (long i = LANE; i < length; i += 256) foldedW[o * length + i] = k * w[o * length + i];
}
