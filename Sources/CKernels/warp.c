#include "CKernels.h"
#include "clones.h"

#include <string.h>

#define LANES SEGPREP_WARP_LANES
#define INLINE static inline __attribute__((always_inline))
// Coordinates decide labels: no multiplication may melt into an addition on one CPU and not on another.
#define EXACT _Pragma("clang fp contract(off)")
// A row's coordinates start on a grid of 2^-20 voxels: what rounding moved off a border by less still counts as inside.
#define GRID 0x1p20

typedef float v4 __attribute__((vector_size(16), aligned(4)));

// Where the outputs of a block lie: the voxel at or before each, and how far past it, 0 to 1.
typedef struct {
  int32_t at[3][LANES];
  float past[3][LANES];
} places;

INLINE double floor_of(double v) {
  const double whole = (double)(int64_t)v;
  return whole - (v < whole);
}

// Finds the places of the outputs from x on; says whether all of them have voxels on both sides.
INLINE int locate(const segprep_warp *warp, const segprep_warp_row *row, size_t x, int planar, places *p) {
  EXACT
  uint32_t outside[LANES] = {0}, any = 0;
  for (int a = planar ? 1 : 0; a < 3; a++) {
    const double base = floor_of((row->start[a] + row->step[a] * (double)x) * GRID + 0.5) / GRID;
    const double whole = floor_of(base);
    // Floats hold only what lies within the block: their rounding is then a millionth of a voxel.
    const float rest = (float)(base - whole), step = (float)row->step[a];
    const int32_t origin = (int32_t)whole;
    const uint32_t low = (uint32_t)warp->low[a], range = (uint32_t)(warp->high[a] - warp->low[a]);
    float local[LANES];
    for (int l = 0; l < LANES; l++) local[l] = rest + step * (float)l;
    if (row->displacement) {
      const float *moved = row->displacement + a * row->displacement_stride + x;
      for (int l = 0; l < LANES; l++) local[l] = local[l] + moved[l];
    }
    for (int l = 0; l < LANES; l++) {
      int32_t whole_steps = (int32_t)local[l];
      whole_steps -= local[l] < (float)whole_steps;
      p->at[a][l] = origin + whole_steps;
      p->past[a][l] = local[l] - (float)whole_steps;
      outside[l] |= (uint32_t)p->at[a][l] - low >= range;
    }
  }
  for (int l = 0; l < LANES; l++) any |= outside[l];
  return !any;
}

// Brings places beyond the border back as it says; `inside` tells which outputs have a value at all. Returns how many.
INLINE int fold(const segprep_warp *warp, int planar, places *p, int32_t *inside) {
  EXACT
  for (int l = 0; l < LANES; l++) inside[l] = 1;
  for (int a = planar ? 1 : 0; a < 3; a++) {
    const int32_t low = warp->low[a], high = warp->high[a], period = 2 * (high - low);
    for (int l = 0; l < LANES; l++) {
      int32_t at = p->at[a][l];
      float past = p->past[a][l];
      if (warp->border == SEGPREP_WARP_CONSTANT)
        inside[l] &= at >= low && (at < high || (at == high && past == 0));
      if (warp->border == SEGPREP_WARP_MIRROR && period > 0) {
        at = (at - low) % period;
        at = low + (at < 0 ? at + period : at);
        const int back = at >= high;
        past = back ? 1 - past : past;
        at = back ? low + period - 1 - (at - low) : at;
      }
      // The last voxel is reached from the one before it.
      past = at < low ? 0 : at >= high ? 1 : past;
      at = at >= high ? high - 1 : at;
      p->at[a][l] = at < low ? low : at;
      p->past[a][l] = past;
    }
  }
  int count = 0;
  for (int l = 0; l < LANES; l++) count += inside[l];
  return count;
}

// The index of the voxel `shift` before each place along every axis.
INLINE void index_image(const segprep_warp *warp, int planar, const places *p, int32_t shift, int32_t *index) {
  for (int l = 0; l < LANES; l++) {
    index[l] = warp->origin + (p->at[1][l] - shift) * warp->image_y + p->at[2][l] - shift;
    if (!planar) index[l] += (p->at[0][l] - shift) * warp->image_z;
  }
}

INLINE void sample_nearest(const segprep_warp *warp, const float *image, int planar, const int32_t *index,
                           const places *p, float *value) {
  int32_t nearest[LANES];
  for (int l = 0; l < LANES; l++) {
    nearest[l] = index[l] + (p->past[1][l] >= 0.5f ? warp->image_y : 0) + (p->past[2][l] >= 0.5f);
    if (!planar) nearest[l] += p->past[0][l] >= 0.5f ? warp->image_z : 0;
  }
  for (int l = 0; l < LANES; l++) value[l] = image[nearest[l]];
}

// Neighbours along x are fetched as one word, 4 (planar: 2) a voxel, and weighed for all lanes at once. Gather instructions
// are slower than the loads they stand for (8.6 ms a patch of 80x160x160 on Zen 5 instead of 8.1).
INLINE void sample_linear(const segprep_warp *warp, const float *image, int planar, const int32_t *index,
                          const places *p, float *value) {
  float pair[4][2 * LANES];
  const ptrdiff_t y = warp->image_y, z = warp->image_z;
#pragma clang loop vectorize(disable)
  for (int l = 0; l < LANES; l++) {
    const float *from = image + index[l];
    memcpy(pair[0] + 2 * l, from, 8);
    memcpy(pair[1] + 2 * l, from + y, 8);
    if (planar) continue;
    memcpy(pair[2] + 2 * l, from + z, 8);
    memcpy(pair[3] + 2 * l, from + z + y, 8);
  }
  for (int l = 0; l < LANES; l++) {
    const float x1 = p->past[2][l], x0 = 1 - x1, y1 = p->past[1][l], y0 = 1 - y1;
    float near = (pair[0][2 * l] * x0 + pair[0][2 * l + 1] * x1) * y0 +
                 (pair[1][2 * l] * x0 + pair[1][2 * l + 1] * x1) * y1;
    if (!planar) {
      const float z1 = p->past[0][l], z0 = 1 - z1;
      const float far = (pair[2][2 * l] * x0 + pair[2][2 * l + 1] * x1) * y0 +
                        (pair[3][2 * l] * x0 + pair[3][2 * l + 1] * x1) * y1;
      near = near * z0 + far * z1;
    }
    value[l] = near;
  }
}

// The cubic B-spline's four weights at distance t past the second tap.
INLINE void weigh(const float *past, float weight[4][LANES]) {
  for (int l = 0; l < LANES; l++) {
    const float t = past[l], s = 1 - t, sixth = 1.0f / 6;
    weight[0][l] = s * s * s * sixth;
    weight[1][l] = (t * t * (t - 2) * 3 + 4) * sixth;
    weight[2][l] = (s * s * (s - 2) * 3 + 4) * sixth;
    weight[3][l] = t * t * t * sixth;
  }
}

INLINE v4 load4(const float *from) { return *(const v4 *)from; }

INLINE v4 blend4(const float *from, ptrdiff_t y, float weight[4][LANES], int l) {
  return weight[0][l] * load4(from) + weight[1][l] * load4(from + y) + weight[2][l] * load4(from + 2 * y) +
         weight[3][l] * load4(from + 3 * y);
}

// Four neighbours along x are one vector: blended over y and z a voxel at a time, then over x for all lanes at once.
INLINE void sample_cubic(const segprep_warp *warp, const float *image, int planar, const int32_t *index,
                         const places *p, float *value) {
  float weight_z[4][LANES], weight_y[4][LANES], weight_x[4][LANES];
  if (!planar) weigh(p->past[0], weight_z);
  weigh(p->past[1], weight_y);
  weigh(p->past[2], weight_x);
  v4 blended[LANES];
  const ptrdiff_t y = warp->image_y, z = warp->image_z;
  for (int l = 0; l < LANES; l++) {
    const float *from = image + index[l];
    blended[l] = blend4(from, y, weight_y, l);
    if (planar) continue;
    blended[l] *= weight_z[0][l];
    for (int a = 1; a < 4; a++) blended[l] += weight_z[a][l] * blend4(from + a * z, y, weight_y, l);
  }
  for (int l = 0; l < LANES; l++)
    value[l] = weight_x[0][l] * blended[l][0] + weight_x[1][l] * blended[l][1] + weight_x[2][l] * blended[l][2] +
               weight_x[3][l] * blended[l][3];
}

INLINE void label_nearest(const segprep_warp *warp, int planar, const places *p, uint8_t *label) {
  int32_t index[LANES] = {0};
  for (int a = planar ? 1 : 0; a < 3; a++)
    for (int l = 0; l < LANES; l++) {
      int32_t at = p->at[a][l] + (p->past[a][l] >= 0.5f);
      at = at < 0 ? 0 : at;
      at = at >= warp->label_extent[a] ? warp->label_extent[a] - 1 : at;
      index[l] = index[l] * warp->label_extent[a] + at;
    }
  for (int l = 0; l < LANES; l++) label[l] = warp->label[index[l]];
}

// The class of the greatest trilinear weight among the 8 (planar: 4) voxels around one place; each class is added up once.
INLINE uint8_t greatest(const uint8_t *class, const float *weight, int count) {
  EXACT
  uint8_t best = 0;
  float most = -1;
  for (uint32_t left = (1u << count) - 1; left;) {
    const uint8_t current = class[__builtin_ctz(left)];
    float sum = 0;
    for (int k = 0; k < count; k++) {
      const int same = class[k] == current;
      sum += same ? weight[k] : 0;
      left &= ~((uint32_t)same << k);
    }
    if (sum > most || (sum == most && current < best)) most = sum, best = current;
  }
  return best;
}

// The class of the greatest weight at output l of a block.
INLINE uint8_t decide(const segprep_warp *warp, int planar, const places *p, int l) {
  EXACT
  const int32_t *extent = warp->label_extent;
  int32_t index[3][2] = {{0}};
  float weight[3][2];
  for (int a = planar ? 1 : 0; a < 3; a++) {
    const int32_t at = p->at[a][l], last = extent[a] - 1;
    const float past = at < 0 ? 0 : at > last ? 1 : p->past[a][l];
    index[a][0] = at < 0 ? 0 : at > last ? last : at;
    index[a][1] = at < 0 ? 0 : at >= last ? last : at + 1;
    weight[a][0] = 1 - past;
    weight[a][1] = past;
  }
  const int count = planar ? 4 : 8;
  uint8_t class[8];
  float each[8];
  for (int k = 0; k < count; k++) {
    const int32_t row = index[0][k >> 2] * extent[1] + index[1][k >> 1 & 1];
    class[k] = warp->label[row * extent[2] + index[2][k & 1]];
    each[k] = weight[1][k >> 1 & 1] * weight[2][k & 1];
    if (!planar) each[k] = weight[0][k >> 2] * each[k];
  }
  return greatest(class, each, count);
}

// Most places lie among voxels of one class: neighbours along x are fetched as one word to see that.
INLINE void label_argmax(const segprep_warp *warp, int planar, const places *p, uint8_t *label) {
  const int32_t y = warp->label_extent[2], z = warp->label_extent[1] * y;
  uint16_t pair[4][LANES], mixed[LANES];
  int paired = 1;
  for (int a = planar ? 1 : 0; a < 3; a++) paired &= warp->label_extent[a] > 1 && warp->low[a] == 0;
  for (int l = 0; paired && l < LANES; l++) {
    const uint8_t *from = warp->label + p->at[1][l] * y + p->at[2][l];
    if (!planar) from += p->at[0][l] * z;
    memcpy(pair[0] + l, from, 2);
    memcpy(pair[1] + l, from + y, 2);
    if (planar) continue;
    memcpy(pair[2] + l, from + z, 2);
    memcpy(pair[3] + l, from + z + y, 2);
  }
  for (int l = 0; paired && l < LANES; l++) {
    const uint16_t class = pair[0][l] & 0xff, both = (uint16_t)(class * 0x0101);
    mixed[l] = (pair[0][l] ^ both) | (pair[1][l] ^ both);
    if (!planar) mixed[l] |= (pair[2][l] ^ both) | (pair[3][l] ^ both);
    label[l] = (uint8_t)class;
  }
  for (int l = 0; l < LANES; l++)
    if (!paired || mixed[l]) label[l] = decide(warp, planar, p, l);
}

INLINE void sample(const segprep_warp *warp, const segprep_warp_row *row, size_t n, float *result,
                   ptrdiff_t result_channel, uint8_t *labels, const int order, const int planar) {
  for (size_t x = 0; x < n; x += LANES) {
    const size_t width = n - x < LANES ? n - x : LANES;
    places p;
    int32_t inside[LANES], index[LANES];
    int whole = locate(warp, row, x, planar, &p), count = LANES;
    if (!whole) whole = (count = fold(warp, planar, &p, inside)) == LANES;
    if (count) index_image(warp, planar, &p, order == 3, index);
    // A block without a border goes straight to its place.
    const int straight = whole && width == LANES;
    for (int c = 0; c < warp->channels; c++) {
      const float *image = warp->image + c * warp->channel;
      float aside[LANES], *to = result + c * result_channel + x, *value = straight ? to : aside;
      if (count && order == 0) sample_nearest(warp, image, planar, index, &p, value);
      if (count && order == 1) sample_linear(warp, image, planar, index, &p, value);
      if (count && order == 3) sample_cubic(warp, image, planar, index, &p, value);
      if (straight) continue;
      if (!whole)
        for (int l = 0; l < LANES; l++) aside[l] = count && inside[l] ? aside[l] : warp->outside[c];
      memcpy(to, aside, width * sizeof(float));
    }
    if (!warp->label) continue;
    uint8_t aside[LANES], *label = straight ? labels + x : aside;
    if (count && warp->argmax) label_argmax(warp, planar, &p, label);
    else if (count) label_nearest(warp, planar, &p, label);
    if (straight) continue;
    if (!whole)
      for (int l = 0; l < LANES; l++) aside[l] = count && inside[l] ? aside[l] : 0;
    memcpy(labels + x, aside, width);
  }
}

SEGPREP_CLONES
static void sample_volume(const segprep_warp *warp, const segprep_warp_row *row, size_t n, float *result,
                          ptrdiff_t result_channel, uint8_t *labels) {
  if (warp->order == 0) sample(warp, row, n, result, result_channel, labels, 0, 0);
  else if (warp->order == 1) sample(warp, row, n, result, result_channel, labels, 1, 0);
  else sample(warp, row, n, result, result_channel, labels, 3, 0);
}

SEGPREP_CLONES
static void sample_slice(const segprep_warp *warp, const segprep_warp_row *row, size_t n, float *result,
                         ptrdiff_t result_channel, uint8_t *labels) {
  if (warp->order == 0) sample(warp, row, n, result, result_channel, labels, 0, 1);
  else if (warp->order == 1) sample(warp, row, n, result, result_channel, labels, 1, 1);
  else sample(warp, row, n, result, result_channel, labels, 3, 1);
}

void segprep_warp_sample(const segprep_warp *warp, const segprep_warp_row *row, size_t n, float *result,
                         ptrdiff_t result_channel, uint8_t *labels) {
  if (warp->planar) sample_slice(warp, row, n, result, result_channel, labels);
  else sample_volume(warp, row, n, result, result_channel, labels);
}
