#include "CKernels.h"
#include "clones.h"
#include "spline.h"

// No multiplication may melt into an addition on one CPU and not on another.
#pragma STDC FP_CONTRACT OFF

#define INLINE static inline __attribute__((always_inline))
// Columns filtered side by side: what a core's registers hold, so that a recursion waits for no memory.
#define COLUMNS 64

// Filters `width` columns of n rows; `width` is a constant where it is COLUMNS.
INLINE void filter(float *rows, size_t stride, size_t n, size_t width) {
  float carry[COLUMNS] = {0}, power = 1;
  // The causal value at the first row of a line mirrored about its first and last value, period 2n - 2.
  const size_t period = 2 * n - 2, terms = period < HORIZON ? period : HORIZON;
  for (size_t k = 0; k < terms; k++, power *= POLE) {
    const float *row = rows + (k < n ? k : period - k) * stride;
    for (size_t i = 0; i < width; i++) carry[i] += power * row[i];
  }
  const float whole = GAIN / (1 - (period < HORIZON ? power : 0));
  for (size_t i = 0; i < width; i++) rows[i] = carry[i] *= whole;
  float *row = rows;
  for (size_t k = 1; k < n; k++) {
    row += stride;
    for (size_t i = 0; i < width; i++) row[i] = carry[i] = GAIN * row[i] + POLE * carry[i];
  }
  for (size_t i = 0; i < width; i++)
    row[i] = carry[i] = (carry[i] + POLE * (row - stride)[i]) * (POLE / (POLE * POLE - 1));
  for (size_t k = n - 1; k-- > 0;) {
    row -= stride;
    for (size_t i = 0; i < width; i++) row[i] = carry[i] = POLE * (carry[i] - row[i]);
  }
}

SEGPREP_CLONES
void segprep_warp_prefilter(float *rows, size_t stride, size_t n, size_t width) {
  if (n < 2) return;
  size_t x = 0;
  for (; x + COLUMNS <= width; x += COLUMNS) filter(rows + x, stride, n, COLUMNS);
  if (x < width) filter(rows + x, stride, n, width - x);
}
