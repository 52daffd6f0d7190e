// A group per row b of values: its elites are the samples with the highest values. mean = their mean, deviation = their standard deviation with n − 1,
// each dimension summed by one work-item in order of rank. With no number among the values the first sample is the one elite.
#include "matrix.h"
#include "ranking.h"
#include "reduce.h"

KERNEL(cem_refit, 256)(IN(float, values), IN(float, samples), OUT(float, mean), OUT(float, deviation), OUT(int, ranked), const int candidates,
    const int elites, const int dimensions)
{
    BIND_IN(float, values);
    BIND_IN(float, samples);
    BIND_OUT(float, mean);
    BIND_OUT(float, deviation);
    BIND_OUT(int, ranked);
    LOCAL int found;
    const long b = GROUP_X;
    GLOBAL int *order = ranked + b * elites;
    for (int i = LANE; i < candidates; i += 256)
    {
        int numbers;
        const int rank = rank_of(values + b * candidates, candidates, i, &numbers);
        if (rank >= 0 && rank < elites) order[rank] = i;
        if (i == 0)
        {
            found = numbers < elites ? numbers : elites;
            if (numbers == 0) order[0] = 0;
        }
    }
    BARRIER_GLOBAL();
    const int count = found > 0 ? found : 1;
    for (int d = LANE; d < dimensions; d += 256)
    {
        GLOBAL const float *column = samples + b * candidates * dimensions + d;
        float sum = 0.0f, rest = 0.0f;
        for (int e = 0; e < count; e += 4)
        {
            float v[4];
            FOUR(k) v[k] = e + k < count ? column[(long)order[e + k] * dimensions] : 0.0f;
            FOUR(k) sum = add_to(sum, v[k], &rest);
        }
        const float average = sum / (float)count;
        float squares = 0.0f;
        rest = 0.0f;
        for (int e = 0; e < count; e += 4)
        {
            float v[4];
            FOUR(k) v[k] = e + k < count ? column[(long)order[e + k] * dimensions] - average : 0.0f;
            FOUR(k) squares = add_to(squares, v[k] * v[k], &rest);
        }
        mean[b * dimensions + d] = average;
        deviation[b * dimensions + d] = count > 1 ? SQRT(squares / (float)(count - 1)) : 0.0f;
    }
}
