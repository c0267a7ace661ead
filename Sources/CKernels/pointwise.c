#include "CKernels.h"
#include "clones.h"

static inline float mapped(const segprep_pointwise *map, float v) {
  v = v < map->lower ? map->lower : v;
  v = v > map->upper ? map->upper : v;
  return (v - map->offset) * map->scale;
}

SEGPREP_CLONES
void segprep_apply(const segprep_pointwise *map, const float *src, float *dst, size_t n) {
  const segprep_pointwise m = *map;
  // No value depends on another, also where dst is src: without the promise that case ran five times slower.
#pragma clang loop vectorize(assume_safety)
  for (size_t i = 0; i < n; i++) dst[i] = mapped(&m, src[i]);
}

// Lanes of partial sums: Double, and always 16 of them, so that the result does not depend on the CPU's vector width.
#define PARTS 16

#define MEASURE(COUNTS)                                                                                                \
  double sum[PARTS] = {0}, squares[PARTS] = {0}, count[PARTS] = {0};                                                   \
  float low[PARTS], high[PARTS];                                                                                       \
  for (int p = 0; p < PARTS; p++) low[p] = moments->lowest, high[p] = moments->highest;                                \
  const segprep_pointwise m = *map;                                                                                    \
  size_t i = 0;                                                                                                        \
  for (; i + PARTS <= n; i += PARTS)                                                                                   \
    for (int p = 0; p < PARTS; p++) ADD(COUNTS, i + p, p)                                                              \
  for (; i < n; i++) ADD(COUNTS, i, 0)                                                                                 \
  for (int p = 0; p < PARTS; p++) {                                                                                    \
    moments->count += count[p];                                                                                        \
    moments->sum += sum[p];                                                                                            \
    moments->squares += squares[p];                                                                                    \
    moments->lowest = low[p] < moments->lowest ? low[p] : moments->lowest;                                             \
    moments->highest = high[p] > moments->highest ? high[p] : moments->highest;                                        \
  }

#define ADD(COUNTS, at, part)                                                                                          \
  {                                                                                                                    \
    const int counts = COUNTS(at);                                                                                     \
    const float v = mapped(&m, src[at]);                                                                               \
    const double d = counts ? (double)v - shift : 0;                                                                   \
    count[part] += counts;                                                                                             \
    sum[part] += d;                                                                                                    \
    squares[part] += d * d;                                                                                            \
    low[part] = counts && src[at] < low[part] ? src[at] : low[part];                                                   \
    high[part] = counts && src[at] > high[part] ? src[at] : high[part];                                                \
  }

SEGPREP_CLONES
void segprep_measure(const segprep_pointwise *map, const float *src, size_t n, float shift, segprep_moments *moments) {
#define ALWAYS(at) 1
  MEASURE(ALWAYS)
}

SEGPREP_CLONES
void segprep_measure_masked(const segprep_pointwise *map, const float *src, const uint8_t *mask, size_t n, float shift,
                            segprep_moments *moments) {
#define MASKED(at) (mask[at] != 0)
  MEASURE(MASKED)
}

SEGPREP_CLONES
int segprep_is_constant(const uint8_t *bytes, size_t n) {
  uint8_t difference = 0;
  for (size_t i = 0; i < n; i++) difference |= bytes[i] ^ bytes[0];
  return difference == 0;
}
