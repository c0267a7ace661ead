// The inner loops of resampling and normalisation, compiled for several CPUs and chosen at load time.
//
// Columns are filtered side by side: a block holds SEGPREP_LANES lines of one axis, value k of all lines next to each
// other, so that every recursion along a line is one vector instruction for all of them.
#ifndef SEGPREP_CKERNELS_H
#define SEGPREP_CKERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "intensity.h"
#include "warp.h"

// Lines filtered side by side. 32 int16 voxels are one cache line; 32 floats are two 512-bit registers.
#define SEGPREP_LANES 32

enum segprep_scalar {
  SEGPREP_UINT8, SEGPREP_INT8, SEGPREP_UINT16, SEGPREP_INT16, SEGPREP_UINT32,
  SEGPREP_INT32, SEGPREP_UINT64, SEGPREP_INT64, SEGPREP_FLOAT32, SEGPREP_FLOAT64,
};

// What happens to a stored value on its way to a float: value = stored * slope + intercept, then
// (min(max(value, lower), upper) - offset) * scale. A value that is not finite becomes `replacement` before the clamp.
typedef struct {
  int scalar;
  int swapped;
  double slope, intercept;
  float replacement;
  float lower, upper, offset, scale;
} segprep_input;

// A stretch of consecutive values of a line.
typedef struct {
  size_t rows;
  // Whether the line begins with the stretch's first row, and ends with its last one.
  int begins, ends;
  // Whether the line goes on as its first and last value; otherwise it is mirrored about them.
  int nearest;
  // The rows before the one at which the next stretch begins (stretches overlap).
  size_t before_next;
} segprep_stretch;

// Loads `lanes` neighbouring lines: value k of line l is at src + k * stride + l * (bytes of the scalar).
// Returns how many values were not finite.
size_t segprep_load_rows(const segprep_input *input, const void *src, size_t stride_bytes, size_t n, size_t lanes,
                         float *block);
// Loads `lanes` contiguous lines of floats: value k of line l is src[l * stride + k].
void segprep_load_lines(const float *src, size_t stride, size_t n, size_t lanes, float *block);
// Turns a stretch of values into cubic B-spline coefficients, in place. Where the line does not end, the last 24 rows are
// not to be used: they lack what follows. `state` (one value per lane) carries the causal recursion from one stretch to
// the next. With `nearest`, coefficients -2 and -1 follow as rows + 0 and rows + 1 where the line begins, and the two
// beyond its end as rows + 2 and rows + 3 where it ends.
void segprep_prefilter(const segprep_stretch *stretch, float *block, float *state);
// Row j of the result is the sum over t of weights[j * taps + t] * (row index[j * taps + t] - first) of the block.
void segprep_gather(const float *block, int taps, const int32_t *index, const float *weights, int32_t first, size_t m,
                    float *result);
// Stores `m` rows of a block: value j of line l goes to dst[j * stride + l].
void segprep_store_rows(const float *result, size_t m, size_t lanes, float *dst, size_t stride);
// Stores `lanes` lines: value j of line l goes to dst[l * stride + j].
void segprep_store_lines(const float *result, size_t m, size_t lanes, float *dst, size_t stride);

// A map of values: (min(max(value, lower), upper) - offset) * scale.
typedef struct {
  float lower, upper, offset, scale;
} segprep_pointwise;

// Applies the map; dst may be src.
void segprep_apply(const segprep_pointwise *map, const float *src, float *dst, size_t n);

// Count, sum and sum of squares of (mapped value - shift), and the extremes before the map, added to what is there.
typedef struct {
  double count, sum, squares;
  float lowest, highest;
} segprep_moments;

void segprep_measure(const segprep_pointwise *map, const float *src, size_t n, float shift, segprep_moments *moments);
// The same over the values whose mask byte is not zero.
void segprep_measure_masked(const segprep_pointwise *map, const float *src, const uint8_t *mask, size_t n, float shift,
                            segprep_moments *moments);

// How much is to be known of values; each level includes those before it.
enum segprep_wanted { SEGPREP_RANGE, SEGPREP_MEAN, SEGPREP_DEVIATION };

// Adds values to `moments` without a map: count and extremes, and the sums of (value - shift) and of its square as wanted.
// The same bits on every CPU.
void segprep_describe(const float *src, size_t n, float shift, int wanted, segprep_moments *moments);

// Whether all n bytes equal the first one.
int segprep_is_constant(const uint8_t *bytes, size_t n);

// What rounding floats to halves (IEEE 754 binary16, ties to even) has met so far: the greatest rounding error, and the
// greatest magnitude before rounding. A magnitude over 65504, infinity and NaN included, has no half; what is stored for
// it means nothing, nor does `worst`.
typedef struct {
  float worst, largest;
} segprep_halving;

void segprep_halve(const float *src, size_t n, uint16_t *dst, segprep_halving *halving);
// The same with the bytes shuffled as HDF5's filter 2 does: all low bytes, then all high bytes.
void segprep_halve_shuffled(const float *src, size_t n, uint8_t *dst, segprep_halving *halving);
// Halves back to floats; exact, infinities included.
void segprep_widen(const uint16_t *src, size_t n, float *dst);
// The same from shuffled bytes, from the value on whose lowest byte is at src; a value's bytes lie `stride` apart.
void segprep_widen_shuffled(const uint8_t *src, size_t stride, size_t n, float *dst);
// Shuffled halves as they were.
void segprep_unshuffle_halves(const uint8_t *src, size_t stride, size_t n, uint16_t *dst);
// Floats and their bytes shuffled: all lowest bytes, and so on.
void segprep_shuffle_floats(const float *src, size_t n, uint8_t *dst);
void segprep_unshuffle_floats(const uint8_t *src, size_t stride, size_t n, float *dst);

// Adds to counts[v] how often v is there.
void segprep_count_bytes(const uint8_t *src, size_t n, uint64_t counts[256]);

// CRC-32C of `n` more bytes, where `crc` is that of the bytes before them (0 for none); by the CPU's instruction where it
// has one.
uint32_t segprep_crc32c(uint32_t crc, const void *src, size_t n);
// The same without the instruction.
uint32_t segprep_crc32c_plain(uint32_t crc, const void *src, size_t n);

#endif
