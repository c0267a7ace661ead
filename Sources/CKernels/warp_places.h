// Where the outputs of a row lie: a part of warp.c.
#include "CKernels.h"

#include <string.h>

// No multiplication may melt into an addition on one CPU and not on another: samples are the same everywhere.
#pragma STDC FP_CONTRACT OFF

#define LANES SEGPREP_WARP_LANES
#define INLINE static inline __attribute__((always_inline))
// A row's coordinates start on a grid of 2^-20 voxels: what rounding moved off a border by less still counts as inside.
#define GRID 0x1p20

// Where the outputs of a block lie: the voxel at or before each, and how far past it, 0 to 1.
typedef struct {
  _Alignas(64) int32_t at[3][LANES];
  float past[3][LANES];
  // The image's value at or before each place; at order 3 one more before it along every axis.
  int32_t index[LANES];
  // The label's voxel nearest to it.
  int32_t nearest[LANES];
  // Which outputs have a value at all, and how many.
  int32_t inside[LANES];
  int count;
  // Whether all of them have voxels on both sides as they are.
  int whole;
} places;

// Blocks of a row whose beginnings are found together.
#define BLOCKS 16

// Where the blocks of a stretch of a row begin: the voxel at or before the first output, and how far past it that lies.
typedef struct {
  int32_t origin[3][BLOCKS];
  float rest[3][BLOCKS];
  // Where nothing elastic moves them: whether all outputs have voxels on both sides, and whether all lie beyond one border.
  int32_t inside[BLOCKS], outside[BLOCKS];
} starts;

// For magnitudes below 2^51; vector instructions do it on every CPU.
INLINE double floor_of(double v) {
  const double to_whole = 0x1.8p52, whole = (v + to_whole) - to_whole;
  return whole - (whole > v ? 1.0 : 0.0);
}

INLINE int32_t floor_to_int(float v) {
  const int32_t whole = (int32_t)v;
  return whole - (v < (float)whole);
}

// Finds where the blocks from output x on begin.
INLINE void begin(const segprep_warp *warp, const segprep_warp_row *row, size_t x, int planar, starts *s) {
  int32_t inside[BLOCKS], outside[BLOCKS];
  for (int b = 0; b < BLOCKS; b++) inside[b] = 1, outside[b] = 0;
  for (int a = planar ? 1 : 0; a < 3; a++) {
    const double start = row->start[a], step = row->step[a];
    const float across = (float)step * (LANES - 1);
    const int32_t low = warp->low[a], high = warp->high[a], first = (int32_t)x;
    for (int b = 0; b < BLOCKS; b++) {
      const double base = floor_of((start + step * (double)(first + b * LANES)) * GRID + 0.5) / GRID;
      const double whole = floor_of(base);
      // Floats hold only what lies within the block: their rounding is then a millionth of a voxel.
      const float rest = (float)(base - whole);
      const int32_t begins = (int32_t)whole, ends = begins + floor_to_int(rest + across);
      const int32_t least = begins < ends ? begins : ends, most = begins < ends ? ends : begins;
      s->origin[a][b] = begins;
      s->rest[a][b] = rest;
      inside[b] &= (least >= low) & (most < high);
      outside[b] |= (most < low) | (least > high);
    }
  }
  memcpy(s->inside, inside, sizeof inside);
  memcpy(s->outside, outside, sizeof outside);
}

// Finds the places of the outputs from x on, which are block b.
INLINE void locate(const segprep_warp *warp, const segprep_warp_row *row, const starts *s, size_t b, size_t x, int planar,
                   places *p) {
  uint32_t outside[LANES] = {0}, any = 0;
#pragma clang loop unroll(full)
  for (int a = planar ? 1 : 0; a < 3; a++) {
    const float rest = s->rest[a][b], step = (float)row->step[a];
    const int32_t origin = s->origin[a][b];
    float local[LANES];
    for (int l = 0; l < LANES; l++) local[l] = rest + step * (float)l;
    if (row->displacement) {
      const float *moved = row->displacement + a * row->displacement_stride + x;
      for (int l = 0; l < LANES; l++) local[l] = local[l] + moved[l];
    }
    for (int l = 0; l < LANES; l++) {
      const int32_t whole = floor_to_int(local[l]);
      p->at[a][l] = origin + whole;
      p->past[a][l] = local[l] - (float)whole;
    }
    if (!row->displacement) continue;
    const uint32_t low = (uint32_t)warp->low[a], range = (uint32_t)(warp->high[a] - warp->low[a]);
    for (int l = 0; l < LANES; l++) outside[l] |= (uint32_t)p->at[a][l] - low >= range;
  }
  for (int l = 0; l < LANES; l++) any |= outside[l];
  p->whole = row->displacement ? !any : s->inside[b];
  p->count = LANES;
}

// Brings places beyond the border back as the border says.
INLINE void fold(const segprep_warp *warp, int planar, places *p) {
  int32_t *inside = p->inside;
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
  p->count = 0;
  for (int l = 0; l < LANES; l++) p->count += inside[l];
}

INLINE void index_image(const segprep_warp *warp, int planar, int order, places *p) {
  const int32_t shift = order == 3;
  for (int l = 0; l < LANES; l++) {
    p->index[l] = warp->origin + (p->at[1][l] - shift) * warp->image_y + p->at[2][l] - shift;
    if (!planar) p->index[l] += (p->at[0][l] - shift) * warp->image_z;
  }
}

INLINE void index_label(const segprep_warp *warp, int planar, places *p) {
  int32_t index[LANES] = {0};
  // The border may lie beyond the last voxels.
  const int is_sure = p->whole && warp->low[0] >= 0 && warp->low[1] >= 0 && warp->low[2] >= 0;
#pragma clang loop unroll(full)
  for (int a = planar ? 1 : 0; a < 3; a++) {
    const int32_t extent = warp->label_extent[a];
    int32_t at[LANES];
    for (int l = 0; l < LANES; l++) at[l] = p->at[a][l] + (p->past[a][l] >= 0.5f);
    for (int l = 0; !is_sure && l < LANES; l++) {
      at[l] = at[l] < 0 ? 0 : at[l];
      at[l] = at[l] >= extent ? extent - 1 : at[l];
    }
    for (int l = 0; l < LANES; l++) index[l] = index[l] * extent + at[l];
  }
  memcpy(p->nearest, index, sizeof index);
  // They are read after the image's voxels: time enough to have them fetched.
  for (int l = 0; l < LANES; l += 4) __builtin_prefetch(warp->label + p->nearest[l]);
}
