#include "CKernels.h"
#include "clones.h"

#pragma STDC FP_CONTRACT OFF
#include "elementary.h"

// Blocks made side by side: four words each, 64 deviates in all.
#define BLOCKS 16

// One block of Philox4x32-10 (Salmon, Moraes, Dror and Shaw, SC11). Words are kept in 64 bits, whose products vector
// instructions have.
INLINE void philox(const segprep_noise *noise, uint32_t block, uint32_t words[4][BLOCKS], int lane) {
  const uint64_t word = 0xFFFFFFFF;
  uint64_t c0 = block, c1 = noise->channel, c2 = noise->stream[0], c3 = noise->stream[1];
  uint32_t k0 = noise->key[0], k1 = noise->key[1];
#pragma clang loop unroll(full)
  for (int round = 0; round < 10; round++) {
    const uint64_t first = c0 * 0xD2511F53u, second = c2 * 0xCD9E8D57u;
    c0 = (second >> 32) ^ c1 ^ k0;
    c1 = second & word;
    c2 = (first >> 32) ^ c3 ^ k1;
    c3 = first & word;
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  words[0][lane] = (uint32_t)c0, words[1][lane] = (uint32_t)c1;
  words[2][lane] = (uint32_t)c2, words[3][lane] = (uint32_t)c3;
}

// Two normal deviates of two words (Box and Muller 1958): the first makes the distance, the second the angle.
INLINE void normals(uint32_t distance, uint32_t angle, float deviation, float *first, float *second) {
  // A multiple of 2^-31, plus a half of it: never 0, so that the largest deviate is 6.7.
  const float uniform = (float)(int32_t)(distance >> 1) * 0x1p-31f + 0x1p-32f;
  float e;
  const float log_fraction = log_one_plus(split(uniform, &e));
  // ln 2 in two parts, of which the larger times a small whole number is exact.
  const float log_uniform = (log_fraction + e * -2.12194440e-4f) + e * 0.693359375f;
  const float radius = __builtin_elementwise_sqrt(log_uniform * -2) * deviation;

  // The angle's two upper bits are the quadrant, the others lie between -pi/4 and pi/4 (Cephes, sinf and cosf).
  const float x = (float)(int32_t)(angle << 2) * (0.78539816339f * 0x1p-31f), z = x * x;
  const float sine = (((z * -1.9515295891E-4f + 8.3321608736E-3f) * z - 1.6666654611E-1f) * z) * x + x;
  const float cosine =
    (((z * 2.443315711809948E-5f - 1.388731625493765E-3f) * z + 4.166664568298827E-2f) * z) * z - z * 0.5f + 1;
  const uint32_t quadrant = angle >> 30;
  const int is_turned = quadrant & 1;
  *first += radius * real_of(bits_of(is_turned ? sine : cosine) ^ (int32_t)(((quadrant + 1) & 2) << 30));
  *second += radius * real_of(bits_of(is_turned ? cosine : sine) ^ (int32_t)((quadrant & 2) << 30));
}

INLINE void add_group(const segprep_noise *noise, float *values, uint32_t block) {
  uint32_t words[4][BLOCKS];
  VECTORISED
  for (int l = 0; l < BLOCKS; l++) philox(noise, block + (uint32_t)l, words, l);
  const float deviation = noise->deviation;
  for (int pair = 0; pair < 2; pair++) {
    float *restrict first = values + 32 * pair, *restrict second = first + 16;
    VECTORISED
    for (int l = 0; l < BLOCKS; l++)
      normals(words[2 * pair][l], words[2 * pair + 1][l], deviation, first + l, second + l);
  }
}

SEGPREP_CLONES WIDE void segprep_add_noise(const segprep_noise *noise, float *values, size_t first, size_t n) {
  const segprep_noise copy = *noise;
  size_t i = 0;
  for (; i + SEGPREP_NOISE_GROUP <= n; i += SEGPREP_NOISE_GROUP)
    add_group(&copy, values + i, (uint32_t)((first + i) / 4));
  if (i == n) return;
  float rest[SEGPREP_NOISE_GROUP] = {0};
  memcpy(rest, values + i, (n - i) * sizeof(float));
  add_group(&copy, rest, (uint32_t)((first + i) / 4));
  memcpy(values + i, rest, (n - i) * sizeof(float));
}
