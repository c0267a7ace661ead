#include "CKernels.h"
#include "clones.h"

#include <string.h>

#pragma STDC FP_CONTRACT OFF

// Planes are blurred along x and y as they come in, and kept, 2 * radius + 1 of them, for the blur along z: the volume is
// read once and written once, and may be written where it was read.

// Values summed side by side.
#define SIDE 16
#define INLINE static inline __attribute__((always_inline))

// Where the image has index i, mirrored about its outer faces: period 2n.
static size_t mirrored(ptrdiff_t i, size_t n) {
  const ptrdiff_t period = 2 * (ptrdiff_t)n;
  i %= period;
  if (i < 0) i += period;
  return (size_t)(i < (ptrdiff_t)n ? i : period - 1 - i);
}

size_t segprep_blur_scratch(const segprep_blur *blur) {
  const size_t plane = blur->shape[1] * blur->shape[2];
  return (2 * blur->radius[0] + 2) * plane + blur->shape[2] + 2 * blur->radius[2];
}

// Sums `n` <= SIDE values of the middle row and of the rows k before and k after it.
INLINE void sum_side(const float *middle, const float *const *before, const float *const *after, const float *weights,
                     size_t radius, size_t at, size_t n, float *out) {
  float sum[SIDE];
  for (size_t l = 0; l < n; l++) sum[l] = weights[0] * middle[at + l];
  for (size_t k = 1; k <= radius; k++)
    for (size_t l = 0; l < n; l++) sum[l] += weights[k] * (before[k][at + l] + after[k][at + l]);
  for (size_t l = 0; l < n; l++) out[at + l] = sum[l];
}

INLINE void sum_rows(const float *middle, const float *const *before, const float *const *after, const float *weights,
                     size_t radius, size_t n, float *out) {
  size_t at = 0;
  for (; at + SIDE <= n; at += SIDE) sum_side(middle, before, after, weights, radius, at, SIDE, out);
  if (at < n) sum_side(middle, before, after, weights, radius, at, n - at, out);
}

INLINE void blur_row(const segprep_blur *blur, const float *src, float *padded, float *out) {
  const size_t n = blur->shape[2], radius = blur->radius[2];
  float *row = padded + radius;
  memcpy(row, src, n * sizeof(float));
  const float *before[SEGPREP_LONGEST_BLUR + 1], *after[SEGPREP_LONGEST_BLUR + 1];
  for (size_t k = 1; k <= radius; k++) {
    row[-(ptrdiff_t)k] = src[mirrored(-(ptrdiff_t)k, n)];
    row[n - 1 + k] = src[mirrored((ptrdiff_t)(n - 1 + k), n)];
    before[k] = row - k;
    after[k] = row + k;
  }
  sum_rows(row, before, after, blur->weights[2], radius, n, out);
}

// Sums lines of `width` values that lie `n` after one another, around line i.
INLINE void sum_lines(const float *lines, size_t i, size_t n, size_t kept, const float *weights, size_t radius,
                      size_t width, float *out) {
  const float *before[SEGPREP_LONGEST_BLUR + 1], *after[SEGPREP_LONGEST_BLUR + 1];
  for (size_t k = 1; k <= radius; k++) {
    before[k] = lines + mirrored((ptrdiff_t)i - (ptrdiff_t)k, n) % kept * width;
    after[k] = lines + mirrored((ptrdiff_t)(i + k), n) % kept * width;
  }
  sum_rows(lines + i % kept * width, before, after, weights, radius, width, out);
}

SEGPREP_CLONES
void segprep_blur_volume(const segprep_blur *blur, const float *src, float *dst, float *scratch) {
  const size_t nz = blur->shape[0], ny = blur->shape[1], nx = blur->shape[2], plane = ny * nx;
  const size_t radius = blur->radius[0], kept = 2 * radius + 1;
  float *planes = scratch, *along_x = planes + kept * plane, *padded = along_x + plane;
  size_t taken = 0;
  for (size_t z = 0; z < nz; z++) {
    for (; taken < nz && taken <= z + radius; taken++) {
      for (size_t y = 0; y < ny; y++) blur_row(blur, src + taken * plane + y * nx, padded, along_x + y * nx);
      for (size_t y = 0; y < ny; y++)
        sum_lines(along_x, y, ny, ny, blur->weights[1], blur->radius[1], nx, planes + taken % kept * plane + y * nx);
    }
    sum_lines(planes, z, nz, kept, blur->weights[0], radius, plane, dst + z * plane);
  }
}
