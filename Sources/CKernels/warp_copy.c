#include "CKernels.h"
#include "clones.h"

#include <string.h>

#define ROWS(TYPE)                                                                                                     \
  for (size_t z = 0; z < copy->count[0]; z++)                                                                          \
    for (size_t y = 0; y < copy->count[1]; y++) {                                                                      \
      const TYPE *from = (const TYPE *)source + (ptrdiff_t)z * copy->source_z + (ptrdiff_t)y * copy->source_y;         \
      TYPE *restrict to = (TYPE *)target + z * copy->target_z + y * copy->target_y;                                    \
      const size_t n = copy->count[2];                                                                                 \
      if (!copy->reversed) memcpy(to, from, n * sizeof(TYPE));                                                         \
      else                                                                                                             \
        for (size_t x = 0; x < n; x++) to[x] = from[n - 1 - x];                                                        \
    }

SEGPREP_CLONES
void segprep_warp_copy_floats(const segprep_warp_copy *copy, const float *source, float *target) { ROWS(float) }

SEGPREP_CLONES
void segprep_warp_copy_bytes(const segprep_warp_copy *copy, const uint8_t *source, uint8_t *target) { ROWS(uint8_t) }
