#include "CKernels.h"
#include "clones.h"
#include "warp_places.h"

typedef float v4 __attribute__((vector_size(16), aligned(4)));
typedef float lanes16 __attribute__((vector_size(64)));
typedef float lanes32 __attribute__((vector_size(128)));
typedef double words16 __attribute__((vector_size(128)));

INLINE void sample_nearest(const segprep_warp *warp, const float *image, int planar, const places *p, float *value) {
  int32_t nearest[LANES];
  for (int l = 0; l < LANES; l++) {
    nearest[l] = p->index[l] + (p->past[1][l] >= 0.5f ? warp->image_y : 0) + (p->past[2][l] >= 0.5f);
    if (!planar) nearest[l] += p->past[0][l] >= 0.5f ? warp->image_z : 0;
  }
  for (int l = 0; l < LANES; l++) value[l] = image[nearest[l]];
}

// Neighbours along x are fetched as one word, 4 (planar: 2) a voxel, and weighed for all lanes at once. The words meet in
// registers: vectors that are read where single words have just been written wait for these (8 ms a patch of 80x160x160
// instead of 4 on Zen 5), and gather instructions are slower than the loads they stand for.
INLINE void fetch(const float *image, const int32_t *index, lanes32 *pairs) {
  words16 words = {0};
  // The order in which unpacking a vector with itself leaves its lanes.
#define WORD(to, l) { double word; memcpy(&word, image + index[l], 8); words[to] = word; }
  WORD(0, 0) WORD(1, 1) WORD(2, 4) WORD(3, 5) WORD(4, 8) WORD(5, 9) WORD(6, 12) WORD(7, 13)
  WORD(8, 2) WORD(9, 3) WORD(10, 6) WORD(11, 7) WORD(12, 10) WORD(13, 11) WORD(14, 14) WORD(15, 15)
#undef WORD
  *pairs = (lanes32)words;
}

// Each lane's weight for both of its neighbours.
INLINE void twice(const float *weight, lanes32 *pairs) {
  lanes16 w;
  memcpy(&w, weight, sizeof w);
  *pairs = __builtin_shufflevector(w, w, 0, 0, 1, 1, 4, 4, 5, 5, 8, 8, 9, 9, 12, 12, 13, 13, 2, 2, 3, 3, 6, 6, 7, 7, 10,
                                   10, 11, 11, 14, 14, 15, 15);
}

INLINE void sample_linear(const segprep_warp *warp, const float *image, int planar, const places *p, float *value) {
  const ptrdiff_t y = warp->image_y, z = warp->image_z;
  lanes32 first, second, far, weight;
  twice(p->past[1], &weight);
  fetch(image, p->index, &first);
  fetch(image + y, p->index, &second);
  first = first * (1 - weight) + second * weight;
  if (!planar) {
    fetch(image + z, p->index, &far);
    fetch(image + z + y, p->index, &second);
    far = far * (1 - weight) + second * weight;
    twice(p->past[0], &weight);
    first = first * (1 - weight) + far * weight;
  }
  const lanes16 before =
    __builtin_shufflevector(first, first, 0, 2, 16, 18, 4, 6, 20, 22, 8, 10, 24, 26, 12, 14, 28, 30);
  const lanes16 after =
    __builtin_shufflevector(first, first, 1, 3, 17, 19, 5, 7, 21, 23, 9, 11, 25, 27, 13, 15, 29, 31);
  lanes16 x;
  memcpy(&x, p->past[2], sizeof x);
  x = before * (1 - x) + after * x;
  memcpy(value, &x, sizeof x);
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
INLINE void sample_cubic(const segprep_warp *warp, const float *image, int planar, const places *p, float *value) {
  float weight_z[4][LANES], weight_y[4][LANES], weight_x[4][LANES];
  if (!planar) weigh(p->past[0], weight_z);
  weigh(p->past[1], weight_y);
  weigh(p->past[2], weight_x);
  v4 blended[LANES];
  const ptrdiff_t y = warp->image_y, z = warp->image_z;
  for (int l = 0; l < LANES; l++) {
    const float *from = image + p->index[l];
    blended[l] = blend4(from, y, weight_y, l);
    if (planar) continue;
    blended[l] *= weight_z[0][l];
    for (int a = 1; a < 4; a++) blended[l] += weight_z[a][l] * blend4(from + a * z, y, weight_y, l);
  }
  for (int l = 0; l < LANES; l++)
    value[l] = weight_x[0][l] * blended[l][0] + weight_x[1][l] * blended[l][1] + weight_x[2][l] * blended[l][2] +
               weight_x[3][l] * blended[l][3];
}

INLINE void label_nearest(const segprep_warp *warp, const places *p, uint8_t *label) {
  // Bytes that are stored may be anything, this pointer in the structure included.
  const uint8_t *from = warp->label;
#pragma clang loop vectorize(disable) unroll(full)
  for (int l = 0; l < LANES; l++) label[l] = from[p->nearest[l]];
}

// The class of the greatest trilinear weight among the 8 (planar: 4) voxels around one place; each class is added up once.
INLINE uint8_t greatest(const uint8_t *class, const float *weight, int count) {
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

// In three rounds, so that of a block's long chain of steps only a part waits for itself while others go on.
INLINE void sample(const segprep_warp *warp, const segprep_warp_row *row, size_t n, float *result,
                   ptrdiff_t result_channel, uint8_t *labels, const int order, const int planar) {
  starts s;
  places blocks[BLOCKS];
  for (size_t first = 0; first < n; first += BLOCKS * LANES) {
    const size_t end = n - first < BLOCKS * LANES ? n : first + BLOCKS * LANES;
    begin(warp, row, first, planar, &s);
    for (size_t x = first, b = 0; x < end; x += LANES, b++) {
      places *p = blocks + b;
      p->count = 0;
      if (warp->border == SEGPREP_WARP_CONSTANT && !row->displacement && s.outside[b]) continue;
      locate(warp, row, &s, b, x, planar, p);
      if (!p->whole) fold(warp, planar, p);
      index_image(warp, planar, order, p);
      if (warp->label && !warp->argmax) index_label(warp, planar, p);
    }
    for (int c = 0; c < warp->channels; c++) {
      const float *image = warp->image + c * warp->channel;
      for (size_t x = first, b = 0; x < end; x += LANES, b++) {
        const places *p = blocks + b;
        const size_t width = end - x < LANES ? end - x : LANES;
        // A block without a border goes straight to its place.
        const int straight = p->count == LANES && width == LANES;
        float aside[LANES], *to = result + c * result_channel + x, *value = straight ? to : aside;
        if (p->count && order == 0) sample_nearest(warp, image, planar, p, value);
        if (p->count && order == 1) sample_linear(warp, image, planar, p, value);
        if (p->count && order == 3) sample_cubic(warp, image, planar, p, value);
        if (straight) continue;
        if (p->count < LANES)
          for (int l = 0; l < LANES; l++) aside[l] = p->count && p->inside[l] ? aside[l] : warp->outside[c];
        memcpy(to, aside, width * sizeof(float));
      }
    }
    for (size_t x = first, b = 0; warp->label && x < end; x += LANES, b++) {
      const places *p = blocks + b;
      const size_t width = end - x < LANES ? end - x : LANES;
      const int straight = p->count == LANES && width == LANES;
      uint8_t aside[LANES], *label = straight ? labels + x : aside;
      if (p->count && warp->argmax) label_argmax(warp, planar, p, label);
      else if (p->count) label_nearest(warp, p, label);
      if (straight) continue;
      if (p->count < LANES)
        for (int l = 0; l < LANES; l++) aside[l] = p->count && p->inside[l] ? aside[l] : 0;
      memcpy(labels + x, aside, width);
    }
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
