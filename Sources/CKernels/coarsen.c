#include "CKernels.h"
#include "clones.h"

#include <string.h>

#pragma STDC FP_CONTRACT OFF

#define INLINE static inline __attribute__((always_inline))

size_t segprep_coarsen_scratch(const segprep_coarsening axes[3]) {
  return 2 * axes[1].fine * axes[2].fine + axes[1].coarse * axes[2].fine + axes[2].coarse + 1;
}

// Between a line of values and the next one.
INLINE void mix(const float *a, const float *b, float weight, size_t n, float *restrict out) {
  const float rest = 1 - weight;
  for (size_t i = 0; i < n; i++) out[i] = rest * a[i] + weight * b[i];
}

INLINE size_t after(const segprep_coarsening *axis, size_t coarse) {
  return coarse + 1 < axis->coarse ? coarse + 1 : coarse;
}

// A coarse plane on the fine grid.
INLINE void expand(const segprep_coarsening axes[3], const float *src, float *restrict rows, float *restrict points,
                   float *out) {
  const segprep_coarsening y = axes[1], x = axes[2];
  for (size_t r = 0; r < y.coarse; r++) {
    const float *from = src + (size_t)y.source[r] * x.fine;
    for (size_t c = 0; c < x.coarse; c++) points[c] = from[x.source[c]];
    points[x.coarse] = points[x.coarse - 1];
    float *restrict row = rows + r * x.fine;
    for (size_t i = 0; i < x.fine; i++) {
      const float w = x.weight[i];
      row[i] = (1 - w) * points[x.lower[i]] + w * points[x.lower[i] + 1];
    }
  }
  for (size_t i = 0; i < y.fine; i++) {
    const size_t r = (size_t)y.lower[i];
    mix(rows + r * x.fine, rows + after(&y, r) * x.fine, y.weight[i], x.fine, out + i * x.fine);
  }
}

// A coarse plane is taken before any plane that lies where it comes from is written, for it lies at least as far on as
// the first plane that needs it; so the result may take the place of the source.
SEGPREP_CLONES
void segprep_coarsen(const segprep_coarsening axes[3], const float *src, float *dst, float *scratch) {
  const segprep_coarsening z = axes[0];
  const size_t plane = axes[1].fine * axes[2].fine;
  float *planes = scratch, *rows = planes + 2 * plane, *points = rows + axes[1].coarse * axes[2].fine;
  size_t taken = 0;
  for (size_t i = 0; i < z.fine; i++) {
    const size_t lower = (size_t)z.lower[i], upper = after(&z, lower);
    for (; taken <= upper; taken++)
      expand(axes, src + (size_t)z.source[taken] * plane, rows, points, planes + taken % 2 * plane);
    mix(planes + lower % 2 * plane, planes + upper % 2 * plane, z.weight[i], plane, dst + i * plane);
  }
}
