#include "CKernels.h"
#include "clones.h"

// No multiplication may melt into an addition on one CPU and not on another.
#pragma STDC FP_CONTRACT OFF

SEGPREP_CLONES
void segprep_warp_blend(const float *rows, size_t stride, const float *weights, size_t n, float *restrict result) {
  const float *a = rows, *b = a + stride, *c = b + stride, *d = c + stride;
  const float w0 = weights[0], w1 = weights[1], w2 = weights[2], w3 = weights[3];
  for (size_t i = 0; i < n; i++) result[i] = (w0 * a[i] + w1 * b[i]) + (w2 * c[i] + w3 * d[i]);
}

SEGPREP_CLONES
void segprep_warp_expand(const float *rows, size_t length, size_t count, const int32_t *first, const float *weights,
                         size_t n, float *restrict result, size_t stride) {
  const float *w0 = weights, *w1 = w0 + n, *w2 = w1 + n, *w3 = w2 + n;
  for (size_t r = 0; r < count; r++, rows += length, result += stride)
    for (size_t x = 0; x < n; x++) {
      const float *from = rows + first[x];
      result[x] = (w0[x] * from[0] + w1[x] * from[1]) + (w2[x] * from[2] + w3[x] * from[3]);
    }
}
