#include "CKernels.h"
#include "clones.h"

#include <string.h>

// IEEE 754 binary32 <-> binary16 in integer arithmetic, which every CPU vectorises: a hardware instruction would need its
// own code path, and the baseline has none.

static inline uint32_t bits_of(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

static inline float float_of(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

// The half nearest to a magnitude (a float without its sign), ties to even.
static inline uint32_t nearest_half(uint32_t magnitude) {
  // Below the smallest normal half, 2^-14, adding 2^-1 shifts the bits to their place, and the addition rounds.
  const uint32_t half_bits = bits_of(0.5f);
  const uint32_t small = bits_of(float_of(magnitude) + 0.5f) - half_bits;
  // Otherwise the exponent's bias goes from 127 to 15, and 13 bits of the mantissa are rounded away.
  const uint32_t normal = (magnitude - (112u << 23) + 0xfffu + ((magnitude >> 13) & 1)) >> 13;
  return magnitude < 113u << 23 ? small : normal;
}

// The magnitude of a half that is neither infinite nor NaN; exact.
static inline float magnitude_of(uint32_t half) { return float_of((half & 0x7fff) << 13) * 0x1p112f; }

static inline float widened(uint32_t half) {
  const uint32_t magnitude = bits_of(magnitude_of(half));
  const uint32_t special = (half & 0x7fff) >= 0x7c00 ? 0x7f800000u : 0;
  return float_of(magnitude | special | (half & 0x8000) << 16);
}

// Bit patterns of magnitudes are ordered as the magnitudes are, infinity and NaN above all numbers.
#define HALVE(STORE)                                                                                                   \
  uint32_t worst = bits_of(halving->worst), largest = bits_of(halving->largest);                                       \
  for (size_t i = 0; i < n; i++) {                                                                                     \
    const uint32_t bits = bits_of(src[i]), magnitude = bits & 0x7fffffff;                                              \
    const uint32_t half = nearest_half(magnitude);                                                                     \
    const uint32_t off = bits_of(magnitude_of(half) - float_of(magnitude)) & 0x7fffffff;                               \
    const uint32_t stored = half | bits >> 31 << 15;                                                                   \
    largest = magnitude > largest ? magnitude : largest;                                                               \
    worst = off > worst ? off : worst;                                                                                 \
    STORE                                                                                                              \
  }                                                                                                                    \
  halving->worst = float_of(worst);                                                                                    \
  halving->largest = float_of(largest);

SEGPREP_CLONES
void segprep_halve(const float *restrict src, size_t n, uint16_t *restrict dst, segprep_halving *halving) {
  HALVE(dst[i] = (uint16_t)stored;)
}

SEGPREP_CLONES
void segprep_halve_shuffled(const float *restrict src, size_t n, uint8_t *restrict dst, segprep_halving *halving) {
  uint8_t *restrict low = dst, *restrict high = dst + n;
  HALVE(low[i] = (uint8_t)stored; high[i] = (uint8_t)(stored >> 8);)
}

SEGPREP_CLONES
void segprep_widen(const uint16_t *restrict src, size_t n, float *restrict dst) {
  for (size_t i = 0; i < n; i++) dst[i] = widened(src[i]);
}

SEGPREP_CLONES
void segprep_widen_shuffled(const uint8_t *restrict src, size_t stride, size_t n, float *restrict dst) {
  const uint8_t *low = src, *high = src + stride;
  for (size_t i = 0; i < n; i++) dst[i] = widened((uint32_t)low[i] | (uint32_t)high[i] << 8);
}

SEGPREP_CLONES
void segprep_unshuffle_halves(const uint8_t *restrict src, size_t stride, size_t n, uint16_t *restrict dst) {
  const uint8_t *low = src, *high = src + stride;
  for (size_t i = 0; i < n; i++) dst[i] = (uint16_t)(low[i] | high[i] << 8);
}

SEGPREP_CLONES
void segprep_shuffle_floats(const float *restrict src, size_t n, uint8_t *restrict dst) {
  for (size_t i = 0; i < n; i++) {
    const uint32_t bits = bits_of(src[i]);
    dst[i] = (uint8_t)bits;
    dst[n + i] = (uint8_t)(bits >> 8);
    dst[2 * n + i] = (uint8_t)(bits >> 16);
    dst[3 * n + i] = (uint8_t)(bits >> 24);
  }
}

SEGPREP_CLONES
void segprep_unshuffle_floats(const uint8_t *restrict src, size_t stride, size_t n, float *restrict dst) {
  for (size_t i = 0; i < n; i++)
    dst[i] = float_of((uint32_t)src[i] | (uint32_t)src[stride + i] << 8 | (uint32_t)src[2 * stride + i] << 16 |
                      (uint32_t)src[3 * stride + i] << 24);
}
