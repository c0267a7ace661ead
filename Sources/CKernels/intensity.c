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

// The polynomials below are minimax; their terms are added in pairs, because a sum of eight that each wait for the one
// before takes twice as long.

// log2(1 + f) for the fractions of `split`, within 5e-8.
INLINE float log2_one_plus(float f) {
  const float square = f * f, fourth = square * square;
  const float low = (1.44269478f + -0.721357107f * f) + (0.480939388f + -0.36008811f * f) * square;
  const float high = (0.286708534f + -0.250061214f * f) + (0.236882612f + -0.145757645f * f) * square;
  return (low + high * fourth) * f;
}

// 2^r for |r| at most a little over 1/2, within 1e-7 of itself.
INLINE float exp2_of(float r) {
  const float square = r * r;
  const float high = (0.240222007f + 0.0555029996f * r) + (0.00967405085f + 0.00134102418f * r) * square;
  return (1 + 0.693147242f * r) + high * square;
}

INLINE float raised(segprep_power power, float v) {
  const float x = (v - power.in_offset) * power.in_scale;
  float e;
  const float fraction = split(x, &e);
  // The exponent's upper 12 bits times a whole number are exact, so that only the small rest is rounded.
  const float upper = real_of(bits_of(power.exponent) & ~0xFFF), lower = power.exponent - upper;
  const float large = upper * e, small = lower * e + power.exponent * log2_one_plus(fraction);
  // 1.5 * 2^23: what is added to it loses its fraction, and its lowest bits are the whole number.
  const float to_whole = 12582912.0f, shifted = (large + small) + to_whole;
  const float mantissa = exp2_of((large - (shifted - to_whole)) + small);
  float whole = shifted < to_whole - 126 ? to_whole - 126 : shifted;
  whole = whole > to_whole + 127 ? to_whole + 127 : whole;
  const float result = real_of((int32_t)((uint32_t)bits_of(mantissa) + ((uint32_t)bits_of(whole) << 23)));
  const float kept = x <= 3.40282347e+38f ? result : x;  // infinity stays
  // Denormal numbers count as 0, and so do those below: x - x, which is no number where x is none.
  return (x >= 1.17549435e-38f ? kept : x - x) * power.out_scale + power.out_offset;
}

SEGPREP_CLONES WIDE void segprep_raise(const segprep_power *power, const float *src, float *dst, size_t n) {
  const segprep_power p = *power;
  // Two vectors in turn: while a step of one waits for the step before, the other's goes on.
  _Pragma("clang loop vectorize(assume_safety) vectorize_width(16) interleave_count(2)")
  for (size_t i = 0; i < n; i++) dst[i] = raised(p, src[i]);
}
