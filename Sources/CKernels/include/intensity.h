// The inner loops of augmentation's intensity transforms. Their arithmetic is the same on every CPU, bit for bit: nothing
// is contracted to fused multiply-adds.
#ifndef SEGPREP_INTENSITY_H
#define SEGPREP_INTENSITY_H

#include <stddef.h>
#include <stdint.h>

// A value times `scale` plus `offset`, then clamped.
typedef struct {
  float scale, offset, lower, upper;
} segprep_affine;

// Maps values; dst may be src.
void segprep_map(const segprep_affine *map, const float *src, float *dst, size_t n);

// ((value - in_offset) * in_scale) to the power `exponent`, times out_scale, plus out_offset. What is not above 0 in
// between is 0 to any power.
typedef struct {
  float in_offset, in_scale, exponent, out_scale, out_offset;
} segprep_power;

// The power within 1e-6 of itself; dst may be src.
void segprep_raise(const segprep_power *power, const float *src, float *dst, size_t n);

// Normal deviates of Philox4x32-10: those of voxel i come from the counter (i / 64 * 16 + i % 16, channel, stream).
typedef struct {
  uint32_t key[2];
  uint32_t channel;
  uint32_t stream[2];
  float deviation;
} segprep_noise;

// The number of voxels whose deviates are made together.
#define SEGPREP_NOISE_GROUP 64

// Adds noise to the values of voxels first ..< first + n; `first` is a multiple of the group.
void segprep_add_noise(const segprep_noise *noise, float *values, size_t first, size_t n);

// The largest radius of a blur.
#define SEGPREP_LONGEST_BLUR 64

// A separable blur: 2 * radius[a] + 1 weights along each axis, symmetric, given from the middle outwards; the image goes
// on mirrored about its outer faces (SciPy's `reflect`).
typedef struct {
  size_t shape[3], radius[3];
  const float *weights[3];
} segprep_blur;

// Floats of scratch that a blur needs.
size_t segprep_blur_scratch(const segprep_blur *blur);
// dst may be src.
void segprep_blur_volume(const segprep_blur *blur, const float *src, float *dst, float *scratch);

// A coarse grid laid over a fine one: coarse value j along an axis is the fine value at source[j], and fine value i is
// weight[i] of the coarse value after lower[i] and the rest of coarse value lower[i].
typedef struct {
  size_t fine, coarse;
  const int32_t *source, *lower;
  const float *weight;
} segprep_coarsening;

// Floats of scratch that a coarsening along z, y, x needs.
size_t segprep_coarsen_scratch(const segprep_coarsening axes[3]);
// Values at the coarse grid's points, interpolated back to the fine grid; dst may be src.
void segprep_coarsen(const segprep_coarsening axes[3], const float *src, float *dst, float *scratch);

#endif
