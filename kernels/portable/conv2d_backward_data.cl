// dx[n,h,w,c] = Σ_{u,v,o} dy[n, (h+top−u)/s, (w+left−v)/s, o] · w[o,u,v,c] over the windows that contain the pixel. Groups along z each have the
// pixels of one phase, those with the same (h, w) modulo the stride: they have the same taps u = p + s·a, v = q + s·b, so that the sum is the
// product of windows of dy [pixels of the phase, K] and weights [K, C], K = A·B·out, without a term that is zero by the stride.
#include "common.h"
#include "convolution.h"

#define TILE WIDE_QUADS
#include "tile.h"
#include "conv2d_backward_data_tile.h"
#undef TILE

#define TILE WIDE
#include "tile.h"
#include "conv2d_backward_data_tile.h"
#undef TILE

#define TILE SMALL_QUADS
#include "tile.h"
#include "conv2d_backward_data_tile.h"
#undef TILE

#define TILE SMALL
#include "tile.h"
#include "conv2d_backward_data_tile.h"
#undef TILE

#define TILE NARROW
#include "tile.h"
#include "conv2d_backward_data_tile.h"
#undef TILE
