// Loops of a whole grid of groups of 256 over the rows of a matrix: each work-item keeps one column and strides over the rows, so that neighbours touch
// neighbours, what belongs to a column is read once and no step divides. The grid must have at least as many work-items as there are columns.
#ifndef ACTIONABLE_MATRIX_H
#define ACTIONABLE_MATRIX_H
#include "common.h"

// Declares c, the work-item's column.
#define COLUMN(c, columns) const int c##_item = GROUP_X * 256 + LANE, c##_step = GROUPS_X * 256 / (columns), c = c##_item % (columns)
#define FIRST_ROW(c, columns, rows) (c##_item / (columns) < c##_step ? c##_item / (columns) : (rows))
// The loop over its rows r.
#define FOR_ROWS(r, rows, c, columns) for (long r = FIRST_ROW(c, columns, rows); r < (rows); r += c##_step)
// The same four rows at a time, r + k·step for k < 4, for arrays that do not fit a cache: four loads are under way before the first store, which a
// compiler may not move them past.
#define FOR_FOUR_ROWS(r, rows, c, columns) for (long r = FIRST_ROW(c, columns, rows), step = c##_step; r < (rows); r += 4 * step)
#define FOUR(k) for (int k = 0; k < 4; k++)
// The loop over the elements i of an array, and four at a time.
#define FOR_ELEMENTS(i, count) for (long i = (long)GROUP_X * 256 + LANE; i < (count); i += (long)GROUPS_X * 256)
#define FOR_FOUR_ELEMENTS(i, count) for (long i = (long)GROUP_X * 256 + LANE, step = (long)GROUPS_X * 256; i < (count); i += 4 * step)

#endif
