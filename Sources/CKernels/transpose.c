#include "CKernels.h"
#include "clones.h"

#include <string.h>

#define LANES SEGPREP_LANES

typedef float v8 __attribute__((vector_size(32), aligned(4)));

// dst[c * dst_stride + r] = src[r * src_stride + c] for r, c < 8.
static inline __attribute__((always_inline)) void transpose8(const float *src, size_t src_stride, float *dst,
                                                             size_t dst_stride) {
  v8 r[8], s[8];
  for (int i = 0; i < 8; i++) r[i] = *(const v8 *)(src + i * src_stride);
  for (int i = 0; i < 4; i++) {
    s[2 * i] = __builtin_shufflevector(r[2 * i], r[2 * i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    s[2 * i + 1] = __builtin_shufflevector(r[2 * i], r[2 * i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
  for (int i = 0; i < 8; i += 4)
    for (int j = 0; j < 2; j++) {
      r[i + j] = __builtin_shufflevector(s[i + j], s[i + j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
      r[i + j + 2] = __builtin_shufflevector(s[i + j], s[i + j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    }
  for (int i = 0; i < 4; i++) {
    *(v8 *)(dst + i * dst_stride) = __builtin_shufflevector(r[i], r[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    *(v8 *)(dst + (i + 4) * dst_stride) = __builtin_shufflevector(r[i], r[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

SEGPREP_CLONES
void segprep_load_lines(const float *src, size_t stride, size_t n, size_t lanes, float *block) {
  if (lanes < LANES) memset(block, 0, n * LANES * sizeof(float));
  for (size_t l = 0; l < lanes; l += 8) {
    const size_t width = lanes - l < 8 ? lanes - l : 8;
    size_t k = 0;
    if (width == 8)
      for (; k + 8 <= n; k += 8) transpose8(src + l * stride + k, stride, block + k * LANES + l, LANES);
    for (; k < n; k++)
      for (size_t i = 0; i < width; i++) block[k * LANES + l + i] = src[(l + i) * stride + k];
  }
}

SEGPREP_CLONES
void segprep_store_lines(const float *result, size_t m, size_t lanes, float *dst, size_t stride) {
  for (size_t l = 0; l < lanes; l += 8) {
    const size_t width = lanes - l < 8 ? lanes - l : 8;
    size_t j = 0;
    if (width == 8)
      for (; j + 8 <= m; j += 8) transpose8(result + j * LANES + l, LANES, dst + l * stride + j, stride);
    for (; j < m; j++)
      for (size_t i = 0; i < width; i++) dst[(l + i) * stride + j] = result[j * LANES + l + i];
  }
}

void segprep_store_rows(const float *result, size_t m, size_t lanes, float *dst, size_t stride) {
  for (size_t j = 0; j < m; j++) memcpy(dst + j * stride, result + j * LANES, lanes * sizeof(float));
}
