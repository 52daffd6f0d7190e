// y[n,i,j,o] = act(bias[o] + Σ_{u,v,c} x[n, i·s+u−top, j·s+v−left, c] · w[o,u,v,c]): the product of windows [pixels, K] and weights [K, O],
// K = side²·in. Groups along z each sum partTerms terms and write to y + z·pixels·O: with more than one, sum_parts joins them.
#include "common.h"
#include "convolution.h"

#define TILE WIDE_QUADS
#include "tile.h"
#include "conv2d_tile.h"
#undef TILE

#define TILE WIDE
#include "tile.h"
#include "conv2d_tile.h"
#undef TILE

#define TILE SMALL_QUADS
#include "tile.h"
#include "conv2d_tile.h"
#undef TILE

#define TILE SMALL
#include "tile.h"
#include "conv2d_tile.h"
#undef TILE

#define TILE NARROW
#include "tile.h"
#include "conv2d_tile.h"
#undef TILE
