// y[i] = fixedTargets[i] where that is a number, else max(discount·sigmoid(v), bounds[i]) with v the smaller of logits[i] and lagged[i]; NaN stays NaN.
#include "matrix.h"
#include "math.h"

KERNEL(bootstrap_targets, 256)(IN(float, logits), IN(float, lagged), IN(float, fixedTargets), IN(float, bounds), OUT(float, y), const float discount,
    const long count)
{
    BIND_IN(float, logits);
    BIND_IN(float, lagged);
    BIND_IN(float, fixedTargets);
    BIND_IN(float, bounds);
    BIND_OUT(float, y);
    FOR_ELEMENTS(i, count)
    {
        const float known = fixedTargets[i], v = lagged ? smaller(logits[i], lagged[i]) : logits[i];
        y[i] = known == known ? known : larger(discount * sigmoid_of(v), bounds[i]);
    }
}
