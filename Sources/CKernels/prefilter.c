#include "CKernels.h"
#include "clones.h"
#include "spline.h"

#include <string.h>

#define LANES SEGPREP_LANES

typedef const float *restrict lanes_in;
typedef float *restrict lanes_out;

static inline __attribute__((always_inline)) void step(lanes_out c, lanes_in previous) {
  for (size_t l = 0; l < LANES; l++) c[l] = GAIN * c[l] + POLE * previous[l];
}

// The causal value at the first row of a line mirrored about its first and last value, period 2n - 2.
static inline __attribute__((always_inline)) void start_mirrored(float *block, size_t n) {
  float first[LANES] = {0}, power = 1;
  const size_t period = 2 * n - 2, terms = period < HORIZON ? period : HORIZON;
  for (size_t k = 0; k < terms; k++) {
    const float *row = block + (k < n ? k : period - k) * LANES;
    for (size_t l = 0; l < LANES; l++) first[l] += power * row[l];
    power *= POLE;
  }
  const float whole = GAIN / (1 - (period < HORIZON ? power : 0));
  for (size_t l = 0; l < LANES; l++) block[l] = first[l] * whole;
}

// The coefficient of the last row, and with `nearest` the two beyond it (rows + 2 and rows + 3), from the causal values.
static inline __attribute__((always_inline)) void finish_line(float *last, lanes_in value, int nearest, float *beyond) {
  for (size_t l = 0; l < LANES; l++) {
    if (!nearest) {
      last[l] = (last[l] + POLE * last[l - LANES]) * (POLE / (POLE * POLE - 1));
      continue;
    }
    // The causal part goes on towards `limit`; the rest is a geometric series.
    const float limit = GAIN * value[l] / (1 - POLE);
    const float at_n = GAIN * value[l] + POLE * last[l];
    const float after = GAIN * value[l] + POLE * at_n;
    beyond[LANES + l] = -POLE * (limit / (1 - POLE) + (after - limit) / (1 - POLE * POLE));
    beyond[l] = POLE * (beyond[LANES + l] - at_n);
    last[l] = POLE * (beyond[l] - last[l]);
  }
}

SEGPREP_CLONES
void segprep_prefilter(const segprep_stretch *stretch, float *block, float *state) {
  const size_t n = stretch->rows;
  float *last = block + (n - 1) * LANES, *outside = block + n * LANES;
  float last_value[LANES];
  memcpy(last_value, last, sizeof last_value);
  if (stretch->begins && stretch->nearest) {
    // Before the line the causal part has settled on its limit for the first value.
    for (size_t l = 0; l < LANES; l++) state[l] = GAIN * block[l] / (1 - POLE);
    memcpy(outside, state, LANES * sizeof(float));
    step(block, outside);
  } else if (stretch->begins) {
    start_mirrored(block, n);
  } else {
    step(block, state);
  }
  for (size_t k = 1; k < n; k++) step(block + k * LANES, block + (k - 1) * LANES);
  if (stretch->before_next > 0) memcpy(state, block + (stretch->before_next - 1) * LANES, LANES * sizeof(float));

  if (stretch->ends)
    finish_line(last, last_value, stretch->nearest, outside + 2 * LANES);
  else
    for (size_t l = 0; l < LANES; l++) last[l] *= -POLE;
  for (size_t k = n - 1; k-- > 0;) {
    lanes_out c = block + k * LANES;
    lanes_in next = c + LANES;
    for (size_t l = 0; l < LANES; l++) c[l] = POLE * (next[l] - c[l]);
  }
  if (stretch->begins && stretch->nearest)
    for (size_t l = 0; l < LANES; l++) {
      const float before = outside[l];
      outside[LANES + l] = POLE * (block[l] - before);
      outside[l] = POLE * (outside[LANES + l] - before);
    }
}
