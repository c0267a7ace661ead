#include "CKernels.h"

#include <pthread.h>
#include <string.h>

// CRC-32C (Castagnoli, RFC 3720 appendix B.4): polynomial 0x1EDC6F41, here with its bits reversed.
#define POLYNOMIAL 0x82f63b78u

// Below, a "register" is the CRC without the inversions at its start and end.

static uint32_t table[256];
static pthread_once_t table_once = PTHREAD_ONCE_INIT;

static void make_table(void) {
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t value = byte;
    for (int bit = 0; bit < 8; bit++) value = value >> 1 ^ (value & 1 ? POLYNOMIAL : 0);
    table[byte] = value;
  }
}

static uint32_t by_table(uint32_t value, const uint8_t *src, size_t n) {
  pthread_once(&table_once, make_table);
  for (size_t i = 0; i < n; i++) value = value >> 8 ^ table[(value ^ src[i]) & 0xff];
  return value;
}

#if defined(__x86_64__)
#include <immintrin.h>

// a * b modulo the polynomial; the highest bit is x^0.
static uint32_t multiply(uint32_t a, uint32_t b) {
  uint32_t product = 0;
  for (uint32_t bit = 1u << 31; bit; bit >>= 1) {
    if (a & bit) product ^= b;
    b = b >> 1 ^ (b & 1 ? POLYNOMIAL : 0);
  }
  return product;
}

// x^(8 n): what n more bytes of zeros multiply a register by.
static uint32_t power_of_bytes(size_t n) {
  uint32_t result = 1u << 31, square = 1u << 23;
  for (; n; n >>= 1) {
    if (n & 1) result = multiply(result, square);
    square = multiply(square, square);
  }
  return result;
}

static inline uint64_t word_at(const uint8_t *src) {
  uint64_t word;
  memcpy(&word, src, sizeof word);
  return word;
}

// The instruction takes 3 cycles and one can begin in each: three thirds of a long run are taken side by side.
#define SIDE_BY_SIDE 4096

__attribute__((target("sse4.2"))) static uint32_t by_instruction(uint32_t value, const uint8_t *src, size_t n) {
  if (n >= SIDE_BY_SIDE) {
    const size_t third = n / 24 * 8;
    uint64_t first = value, second = 0, last = 0;
    for (size_t i = 0; i < third; i += 8) {
      first = _mm_crc32_u64(first, word_at(src + i));
      second = _mm_crc32_u64(second, word_at(src + third + i));
      last = _mm_crc32_u64(last, word_at(src + 2 * third + i));
    }
    const uint32_t shift = power_of_bytes(third);
    value = multiply(shift, multiply(shift, (uint32_t)first) ^ (uint32_t)second) ^ (uint32_t)last;
    src += 3 * third;
    n -= 3 * third;
  }
  for (; n >= 8; n -= 8, src += 8) value = (uint32_t)_mm_crc32_u64(value, word_at(src));
  for (; n; n--) value = _mm_crc32_u8(value, *src++);
  return value;
}

// Four registers of 512 bits: what they hold stands for all bytes before, because 256 bytes further on is a multiplication
// by a power of x (Gopal et al., Fast CRC Computation Using PCLMULQDQ, Intel 2009).
#define FOLDED 256

static uint64_t fold_constants[2];
static pthread_once_t fold_once = PTHREAD_ONCE_INIT;

static void make_fold_constants(void) {
  // Of the first and of the last 8 of 16 bytes, which lie 4 bytes either side of the power; both bits reversed.
  fold_constants[0] = (uint64_t)power_of_bytes(FOLDED + 4) << 1;
  fold_constants[1] = (uint64_t)power_of_bytes(FOLDED - 4) << 1;
}

__attribute__((target("avx512f,vpclmulqdq,sse4.2"))) static uint32_t by_folding(uint32_t value, const uint8_t *src,
                                                                                size_t n) {
  pthread_once(&fold_once, make_fold_constants);
  const __m512i by = _mm512_broadcast_i32x4(_mm_set_epi64x((int64_t)fold_constants[1], (int64_t)fold_constants[0]));
  __m512i folded[4];
  for (int i = 0; i < 4; i++) folded[i] = _mm512_loadu_si512(src + 64 * i);
  folded[0] = _mm512_xor_si512(folded[0], _mm512_zextsi128_si512(_mm_cvtsi32_si128((int32_t)value)));
  for (src += FOLDED, n -= FOLDED; n >= FOLDED; src += FOLDED, n -= FOLDED)
    for (int i = 0; i < 4; i++) {
      const __m512i first = _mm512_clmulepi64_epi128(folded[i], by, 0x00);
      const __m512i last = _mm512_clmulepi64_epi128(folded[i], by, 0x11);
      folded[i] = _mm512_ternarylogic_epi64(first, last, _mm512_loadu_si512(src + 64 * i), 0x96);
    }
  uint8_t rest[FOLDED];
  for (int i = 0; i < 4; i++) _mm512_storeu_si512(rest + 64 * i, folded[i]);
  return by_instruction(by_instruction(0, rest, FOLDED), src, n);
}

uint32_t segprep_crc32c(uint32_t crc, const void *src, size_t n) {
  if (n >= SIDE_BY_SIDE && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("vpclmulqdq"))
    return ~by_folding(~crc, src, n);
  return ~(__builtin_cpu_supports("sse4.2") ? by_instruction(~crc, src, n) : by_table(~crc, src, n));
}
#else
uint32_t segprep_crc32c(uint32_t crc, const void *src, size_t n) { return ~by_table(~crc, src, n); }
#endif

uint32_t segprep_crc32c_plain(uint32_t crc, const void *src, size_t n) { return ~by_table(~crc, src, n); }
