#include "CKernels.h"
#include "clones.h"

#include <math.h>
#include <string.h>

#define LANES SEGPREP_LANES
// The pole of the cubic B-spline's inverse and its gain (Unser 1999, "Splines: a perfect fit").
#define POLE (-0.26794919243112270647f)
#define GAIN 6.0f
// |POLE|^24 is 2e-14: beyond what a float sum can feel.
#define HORIZON 24

static inline __attribute__((always_inline)) void step(float *restrict c, const float *restrict previous) {
  for (size_t l = 0; l < LANES; l++) c[l] = GAIN * c[l] + POLE * previous[l];
}

// Causal start of a line mirrored about its first and last value, period 2n - 2.
static inline __attribute__((always_inline)) void start_mirrored(const float *block, size_t n, float *first) {
  float power = 1;
  const size_t period = 2 * n - 2, terms = period < HORIZON ? period : HORIZON;
  for (size_t l = 0; l < LANES; l++) first[l] = 0;
  for (size_t k = 0; k < terms; k++) {
    const float *row = block + (k < n ? k : period - k) * LANES;
    for (size_t l = 0; l < LANES; l++) first[l] += power * row[l];
    power *= POLE;
  }
  const float whole = GAIN / (1 - (period < HORIZON ? power : 0));
  for (size_t l = 0; l < LANES; l++) first[l] *= whole;
}

static inline __attribute__((always_inline)) void anticausal(float *block, size_t from) {
  for (size_t k = from; k-- > 0;) {
    float *restrict c = block + k * LANES;
    const float *restrict next = c + LANES;
    for (size_t l = 0; l < LANES; l++) c[l] = POLE * (next[l] - c[l]);
  }
}

static inline __attribute__((always_inline)) void prefilter_mirrored(float *block, size_t n) {
  if (n == 1) return;
  float first[LANES];
  start_mirrored(block, n, first);
  memcpy(block, first, sizeof first);
  for (size_t k = 1; k < n; k++) step(block + k * LANES, block + (k - 1) * LANES);
  float *last = block + (n - 1) * LANES;
  for (size_t l = 0; l < LANES; l++)
    last[l] = (last[l] + POLE * last[l - LANES]) * (POLE / (POLE * POLE - 1));
  anticausal(block, n - 1);
}

// The line goes on for ever as its first and its last value: sums of geometric series start both recursions.
static inline __attribute__((always_inline)) void prefilter_nearest(float *block, size_t n) {
  float before[LANES], after[LANES], causal[LANES];  // the causal part before the line, the last value, the part at n
  for (size_t l = 0; l < LANES; l++) {
    before[l] = GAIN * block[l] / (1 - POLE);
    after[l] = block[(n - 1) * LANES + l];
  }
  step(block, before);
  for (size_t k = 1; k < n; k++) step(block + k * LANES, block + (k - 1) * LANES);
  float *end = block + n * LANES, *beyond = block + (n + 3) * LANES;
  for (size_t l = 0; l < LANES; l++) {
    causal[l] = GAIN * after[l] + POLE * end[l - LANES];
    const float next = GAIN * after[l] + POLE * causal[l];
    const float limit = GAIN * after[l] / (1 - POLE);
    beyond[l] = -POLE * (limit / (1 - POLE) + (next - limit) / (1 - POLE * POLE));
    end[l] = POLE * (beyond[l] - causal[l]);
  }
  anticausal(block, n);
  // Coefficient n moves behind -2 and -1.
  memcpy(block + (n + 2) * LANES, end, LANES * sizeof(float));
  for (size_t l = 0; l < LANES; l++) {
    const float previous = POLE * (block[l] - before[l]);
    end[LANES + l] = previous;
    end[l] = POLE * (previous - before[l]);
  }
}

SEGPREP_CLONES
void segprep_sample(const segprep_axis *axis, float *block, float *result) {
  if (axis->prefilter) {
    if (axis->nearest) prefilter_nearest(block, (size_t)axis->n);
    else prefilter_mirrored(block, (size_t)axis->n);
  }
  const size_t m = (size_t)axis->m;
  if (axis->taps == 4)
    for (size_t j = 0; j < m; j++) {
      const float *w = axis->weights + 4 * j;
      const int32_t *i = axis->index + 4 * j;
      const float *restrict a = block + i[0] * LANES, *restrict b = block + i[1] * LANES;
      const float *restrict c = block + i[2] * LANES, *restrict d = block + i[3] * LANES;
      float *restrict out = result + j * LANES;
      for (size_t l = 0; l < LANES; l++) out[l] = w[0] * a[l] + w[1] * b[l] + w[2] * c[l] + w[3] * d[l];
    }
  else if (axis->taps == 2)
    for (size_t j = 0; j < m; j++) {
      const float *w = axis->weights + 2 * j;
      const float *restrict a = block + axis->index[2 * j] * LANES, *restrict b = block + axis->index[2 * j + 1] * LANES;
      float *restrict out = result + j * LANES;
      for (size_t l = 0; l < LANES; l++) out[l] = w[0] * a[l] + w[1] * b[l];
    }
  else
    for (size_t j = 0; j < m; j++) memcpy(result + j * LANES, block + axis->index[j] * LANES, LANES * sizeof(float));
}
