#include "CKernels.h"
#include "clones.h"

#include <math.h>
#include <string.h>

#define LANES SEGPREP_LANES

static inline uint16_t swap16(uint16_t v) { return __builtin_bswap16(v); }
static inline uint32_t swap32(uint32_t v) { return __builtin_bswap32(v); }
static inline uint64_t swap64(uint64_t v) { return __builtin_bswap64(v); }

// One row of integers whose scaling fits a float: the path of nearly every CT.
#define PLAIN_ROW(TYPE)                                                                                                \
  for (size_t l = 0; l < LANES; l++) {                                                                                 \
    float v = (float)row.TYPE##s[l] * slope + intercept;                                                               \
    v = v < in->lower ? in->lower : v;                                                                                 \
    v = v > in->upper ? in->upper : v;                                                                                 \
    out[l] = (v - in->offset) * in->scale;                                                                             \
  }

typedef union {
  uint8_t uint8_ts[LANES];
  int8_t int8_ts[LANES];
  uint16_t uint16_ts[LANES];
  int16_t int16_ts[LANES];
  uint32_t uint32_ts[LANES];
  int32_t int32_ts[LANES];
  uint64_t uint64_ts[LANES];
  int64_t int64_ts[LANES];
  float floats[LANES];
  double doubles[LANES];
} lane_row;

static const size_t scalar_bytes[] = {1, 1, 2, 2, 4, 4, 8, 8, 4, 8};

static inline void swap_row(lane_row *row, size_t bytes) {
  if (bytes == 2)
    for (size_t l = 0; l < LANES; l++) row->uint16_ts[l] = swap16(row->uint16_ts[l]);
  else if (bytes == 4)
    for (size_t l = 0; l < LANES; l++) row->uint32_ts[l] = swap32(row->uint32_ts[l]);
  else if (bytes == 8)
    for (size_t l = 0; l < LANES; l++) row->uint64_ts[l] = swap64(row->uint64_ts[l]);
}

// Values that need Double on the way (32 and 64 bits), or that may not be finite.
#define CAREFUL_ROW(TYPE)                                                                                              \
  for (size_t l = 0; l < LANES; l++) {                                                                                 \
    float v = (float)((double)row.TYPE##s[l] * in->slope + in->intercept);                                             \
    int bad = !(fabsf(v) <= 3.402823466e38f);                                                                          \
    bad_lane[l] += bad;                                                                                                \
    v = bad ? in->replacement : v;                                                                                     \
    v = v < in->lower ? in->lower : v;                                                                                 \
    v = v > in->upper ? in->upper : v;                                                                                 \
    out[l] = (v - in->offset) * in->scale;                                                                             \
  }

SEGPREP_CLONES
size_t segprep_load_rows(const segprep_input *in, const void *src, size_t stride, size_t n, size_t lanes,
                         float *block) {
  const size_t bytes = scalar_bytes[in->scalar];
  const float slope = (float)in->slope, intercept = (float)in->intercept;
  // A 16-bit integer times a slope that is a float is exact enough in float only where nothing is scaled.
  const int plain = in->slope == 1 && in->intercept == (double)intercept && fabs(in->intercept) < 1 << 20;
  uint32_t bad_lane[LANES] = {0};
  for (size_t k = 0; k < n; k++) {
    lane_row row;
    if (lanes == LANES) memcpy(&row, (const char *)src + k * stride, LANES * bytes);
    else {
      memset(&row, 0, LANES * bytes);
      memcpy(&row, (const char *)src + k * stride, lanes * bytes);
    }
    if (in->swapped) swap_row(&row, bytes);
    float *out = block + k * LANES;
    if (plain && bytes <= 2) switch (in->scalar) {
      case SEGPREP_UINT8: PLAIN_ROW(uint8_t) break;
      case SEGPREP_INT8: PLAIN_ROW(int8_t) break;
      case SEGPREP_UINT16: PLAIN_ROW(uint16_t) break;
      default: PLAIN_ROW(int16_t) break;
    }
    else switch (in->scalar) {
      case SEGPREP_UINT8: CAREFUL_ROW(uint8_t) break;
      case SEGPREP_INT8: CAREFUL_ROW(int8_t) break;
      case SEGPREP_UINT16: CAREFUL_ROW(uint16_t) break;
      case SEGPREP_INT16: CAREFUL_ROW(int16_t) break;
      case SEGPREP_UINT32: CAREFUL_ROW(uint32_t) break;
      case SEGPREP_INT32: CAREFUL_ROW(int32_t) break;
      case SEGPREP_UINT64: CAREFUL_ROW(uint64_t) break;
      case SEGPREP_INT64: CAREFUL_ROW(int64_t) break;
      case SEGPREP_FLOAT32: CAREFUL_ROW(float) break;
      default: CAREFUL_ROW(double) break;
    }
  }
  size_t bad = 0;
  for (size_t l = 0; l < lanes; l++) bad += bad_lane[l];
  return bad;
}
