// Elementary functions of one float, written so that loops over them become vector instructions.
//
// Included where contraction is off (#pragma STDC FP_CONTRACT OFF): a multiplication and an addition round twice on every
// CPU, with or without fused instructions, so that all of them compute the same bits.
#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))
// Lets AVX-512 use its full width, where the loop asks for it.
#define WIDE __attribute__((min_vector_width(512)))
// No value depends on one of another turn, also where the destination is the source.
#define VECTORISED _Pragma("clang loop vectorize(assume_safety) vectorize_width(16) interleave_count(1)")

INLINE int32_t bits_of(float v) {
  int32_t b;
  memcpy(&b, &v, sizeof b);
  return b;
}

INLINE float real_of(int32_t b) {
  float v;
  memcpy(&v, &b, sizeof v);
  return v;
}

// A positive normal number as 2^exponent * (1 + fraction), the fraction between sqrt(1/2) - 1 and sqrt(2) - 1.
INLINE float split(float v, float *exponent) {
  const int32_t e = (bits_of(v) - 0x3F3504F3) >> 23;
  *exponent = (float)e;
  return real_of((int32_t)((uint32_t)bits_of(v) - ((uint32_t)e << 23))) - 1;
}

// ln(1 + f) for such fractions, within 1e-7 (Cephes, logf).
INLINE float log_one_plus(float f) {
  float p = 7.0376836292E-2f;
  p = p * f - 1.1514610310E-1f;
  p = p * f + 1.1676998740E-1f;
  p = p * f - 1.2420140846E-1f;
  p = p * f + 1.4249322787E-1f;
  p = p * f - 1.6668057665E-1f;
  p = p * f + 2.0000714765E-1f;
  p = p * f - 2.4999993993E-1f;
  p = p * f + 3.3333331174E-1f;
  const float square = f * f;
  return f - (0.5f * square - p * (square * f));
}
