// dw[o,u,v,c] = Σ_{n,i,j} dy[n,i,j,o] · x[n, i·s+u−top, j·s+v−left, c]: the product of windows [K, pixels] and gradients [pixels, O],
// K = side²·in. Groups along z each sum partPixels pixels and write to dw + z·O·K: with more than one, sum_parts joins them.
#include "common.h"
#include "convolution.h"

#define TILE WIDE_QUADS
#include "tile.h"
#include "conv2d_backward_filter_tile.h"
#undef TILE

#define TILE WIDE
#include "tile.h"
#include "conv2d_backward_filter_tile.h"
#undef TILE

#define TILE SMALL_QUADS
#include "tile.h"
#include "conv2d_backward_filter_tile.h"
#undef TILE

#define TILE SMALL
#include "tile.h"
#include "conv2d_backward_filter_tile.h"
#undef TILE

#define TILE NARROW
#include "tile.h"
#include "conv2d_backward_filter_tile.h"
#undef TILE
