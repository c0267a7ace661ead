#include "CKernels.h"
#include "clones.h"

#pragma STDC FP_CONTRACT OFF
#include "elementary.h"

// Partial sums: always 16 of them, so that the result does not depend on the CPU's vector width.
#define PARTS 16

typedef struct {
  double sum[PARTS], squares[PARTS];
  float lowest[PARTS], highest[PARTS];
} partial;

INLINE void add(partial *all, int part, float v, float shift, const int wanted) {
  all->lowest[part] = v < all->lowest[part] ? v : all->lowest[part];
  all->highest[part] = v > all->highest[part] ? v : all->highest[part];
  const double distance = (double)v - shift;
  if (wanted >= SEGPREP_MEAN) all->sum[part] += distance;
  if (wanted >= SEGPREP_DEVIATION) all->squares[part] += distance * distance;
}

INLINE void describe(const float *src, size_t n, float shift, segprep_moments *moments, const int wanted) {
  partial all;
  for (int p = 0; p < PARTS; p++) {
    all.sum[p] = all.squares[p] = 0;
    all.lowest[p] = moments->lowest;
    all.highest[p] = moments->highest;
  }
  size_t i = 0;
  for (; i + PARTS <= n; i += PARTS)
    for (int p = 0; p < PARTS; p++) add(&all, p, src[i + p], shift, wanted);
  for (; i < n; i++) add(&all, 0, src[i], shift, wanted);
  moments->count += (double)n;
  for (int p = 0; p < PARTS; p++) {
    moments->sum += all.sum[p];
    moments->squares += all.squares[p];
    moments->lowest = all.lowest[p] < moments->lowest ? all.lowest[p] : moments->lowest;
    moments->highest = all.highest[p] > moments->highest ? all.highest[p] : moments->highest;
  }
}

SEGPREP_CLONES WIDE void segprep_describe(const float *src, size_t n, float shift, int wanted,
                                          segprep_moments *moments) {
  if (wanted == SEGPREP_RANGE) describe(src, n, shift, moments, SEGPREP_RANGE);
  else if (wanted == SEGPREP_MEAN) describe(src, n, shift, moments, SEGPREP_MEAN);
  else describe(src, n, shift, moments, SEGPREP_DEVIATION);
}
