// K of N candidates without replacement with probabilities ∝ e^(values/temperature): those with the largest values/temperature − log(−log u) among the
// allowed ones (Gumbel top-K). A group per row b; scores is working memory.
#include "ranking.h"
#include "philox.h"

KERNEL(resample_exp, 64)(IN(float, values), IN(float, mask), OUT(float, scores), OUT(int, indices), OUT(float, weights), const random_key key,
    const int candidates, const int draws, const float temperature)
{
    BIND_IN(float, values);
    BIND_IN(float, mask);
    BIND_OUT(float, scores);
    BIND_OUT(int, indices);
    BIND_OUT(float, weights);
    LOCAL int found;
    const long b = GROUP_X, first = b * candidates;
    for (int n = LANE; n < candidates; n += 64)
    {
        const long i = first + n;
        const float u = uniform_of(key, (uint)i);
        scores[i] = mask[i] == 0.0f ? NOT_A_NUMBER : values[i] / temperature - logarithm(-logarithm(u));
    }
    BARRIER_GLOBAL();
    for (int n = LANE; n < candidates; n += 64)
    {
        int numbers;
        const int rank = rank_of(scores + first, candidates, n, &numbers);
        if (rank >= 0 && rank < draws) indices[b * draws + rank] = (int)(first + n);
        if (n == 0) found = numbers;
    }
    BARRIER_GLOBAL();
    const int drawn = found < draws ? found : draws;
    for (int k = LANE; k < draws; k += 64)
    {
        if (k >= drawn) indices[b * draws + k] = (int)first;
        weights[b * draws + k] = k < drawn ? 1.0f / (float)drawn : 0.0f;
    }
}
