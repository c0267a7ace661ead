// Sampling a volume at places that are no voxels: the inner loops of the spatial augmentation. Their arithmetic is the same
// on every CPU, bit for bit.
#ifndef SEGPREP_WARP_H
#define SEGPREP_WARP_H

#include <stddef.h>
#include <stdint.h>

// Outputs of a row that are sampled side by side; rows of displacements are as long as a multiple of it.
#define SEGPREP_WARP_LANES 16

enum segprep_warp_border { SEGPREP_WARP_CONSTANT, SEGPREP_WARP_NEAREST, SEGPREP_WARP_MIRROR };

// What is sampled, and how. Axes are z, y, x; strides are in elements, x is contiguous.
typedef struct {
  // Channels lie `channel` apart; voxel (0, 0, 0) of the first lies at image[origin]. At order 3 these are B-spline
  // coefficients, with one more before and two more behind each line.
  const float *image;
  ptrdiff_t channel;
  int32_t channels, origin, image_z, image_y;
  // Coordinates from low to high are sampled as they are; the border says what becomes of others.
  int32_t low[3], high[3];
  // 0, 1 or 3.
  int order;
  // Whether all is one slice, whose z is not looked at.
  int planar;
  int border;
  // What the channels hold outside, at the constant border; the label is 0 there.
  const float *outside;
  // NULL where there is none.
  const uint8_t *label;
  int32_t label_extent[3];
  // The greatest of the trilinear weights decides, ties go to the lower class; otherwise the nearest voxel does.
  int argmax;
} segprep_warp;

// Where a row of outputs lies: output x at start + step * x + displacement[x], axis by axis.
typedef struct {
  double start[3], step[3];
  // Three rows, `displacement_stride` apart; NULL where there is none.
  const float *displacement;
  size_t displacement_stride;
} segprep_warp_row;

// Samples n outputs of all channels (those of the next channel `result_channel` further) and their labels.
void segprep_warp_sample(const segprep_warp *warp, const segprep_warp_row *row, size_t n, float *result,
                         ptrdiff_t result_channel, uint8_t *labels);

// result[i] = the sum over t < 4 of weights[t] * rows[t * stride + i].
void segprep_warp_blend(const float *rows, size_t stride, const float *weights, size_t n, float *result);
// Row r of the result, at r * stride: n values, value x the sum over t < 4 of weights[t * n + x] * row[first[x] + t].
void segprep_warp_expand(const float *rows, size_t length, size_t count, const int32_t *first, const float *weights,
                         size_t n, float *result, size_t stride);

// Turns n rows of `width` values, `stride` apart, into cubic B-spline coefficients along the rows' order, in place; lines
// are mirrored about their first and last value. A single row is left as it is.
void segprep_warp_prefilter(float *rows, size_t stride, size_t n, size_t width);

// A box of values that is copied, its rows turned round or not; strides are in values and may be negative in the source.
typedef struct {
  size_t count[3];
  ptrdiff_t source_z, source_y;
  size_t target_z, target_y;
  int reversed;
} segprep_warp_copy;

void segprep_warp_copy_floats(const segprep_warp_copy *copy, const float *source, float *target);
void segprep_warp_copy_bytes(const segprep_warp_copy *copy, const uint8_t *source, uint8_t *target);

#endif
