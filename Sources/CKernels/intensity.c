#include "CKernels.h"
#include "clones.h"

#pragma STDC FP_CONTRACT OFF
#include "elementary.h"

SEGPREP_CLONES WIDE void segprep_map(const segprep_affine *map, const float *src, float *dst, size_t n) {
  const segprep_affine m = *map;
  VECTORISED
  for (size_t i = 0; i < n; i++) {
    float v = src[i] * m.scale + m.offset;
    v = v < m.lower ? m.lower : v;
    dst[i] = v > m.upper ? m.upper : v;
  }
}

// 2^(n + r), n whole, |r| at most a little over 1/2 (Cephes, exp2f).
INLINE float exp2_of(float n, float r) {
  float p = 1.535336188319500E-4f;
  p = p * r + 1.339887440266574E-3f;
  p = p * r + 9.618437357674640E-3f;
  p = p * r + 5.550332471162809E-2f;
  p = p * r + 2.402264791363012E-1f;
  p = p * r + 6.931472028550421E-1f;
  p = p * r + 1;
  n = n < -126 ? -126 : n;
  n = n > 127 ? 127 : n;
  return p * real_of(((int32_t)n + 127) << 23);
}

INLINE float raised(segprep_power power, float v) {
  const float x = (v - power.in_offset) * power.in_scale;
  float e;
  const float binary_log = log_one_plus(split(x, &e)) * 1.44269504f;
  // The exponent's upper 12 bits times a whole number are exact, so that only the small rest is rounded.
  const float high = real_of(bits_of(power.exponent) & ~0xFFF), low = power.exponent - high;
  const float to_whole = 12582912.0f;  // 1.5 * 2^23: what is added to it loses its fraction
  const float whole = ((power.exponent * e + power.exponent * binary_log) + to_whole) - to_whole;
  const float rest = ((high * e - whole) + low * e) + power.exponent * binary_log;
  const float result = exp2_of(whole, rest);
  // Denormal numbers count as 0.
  return (x >= 1.17549435e-38f ? result : 0) * power.out_scale + power.out_offset;
}

SEGPREP_CLONES WIDE void segprep_raise(const segprep_power *power, const float *src, float *dst, size_t n) {
  const segprep_power p = *power;
  VECTORISED
  for (size_t i = 0; i < n; i++) dst[i] = raised(p, src[i]);
}
