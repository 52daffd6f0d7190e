// y[r, f] = enc_f(v)·scale_f with v = actions[r, source_f] if source_f < D, else states[r / perState, source_f − D]; enc is the identity, sine or
// cosine. A source or kind that does not exist reads nothing and gives NaN.
#include "matrix.h"
#include "math.h"

KERNEL(encode_columns, 256)(IN(float, actions), IN(float, states), IN(int, source), IN(int, kind), IN(float, scale), OUT(float, y), const long rows,
    const int columns, const int dimensions, const int stateDimensions, const long perState)
{
    BIND_IN(float, actions);
    BIND_IN(float, states);
    BIND_IN(int, source);
    BIND_IN(int, kind);
    BIND_IN(float, scale);
    BIND_OUT(float, y);
    COLUMN(f, columns);
    const int from = source[f], encoding = kind[f], exists = from >= 0 && from < dimensions + stateDimensions && encoding >= 0 && encoding <= 2;
    const float factor = scale[f];
    FOR_ROWS(r, rows, f, columns)
    {
        float value = NOT_A_NUMBER;
        if (exists)
        {
            value = from < dimensions ? actions[r * dimensions + from] : states[r / perState * stateDimensions + (from - dimensions)];
            if (encoding > 0)
            {
                float sine, cosine;
                sine_cosine(value, &sine, &cosine);
                value = encoding == 1 ? sine : cosine;
            }
        }
        y[r * columns + f] = factor * value;
    }
}
