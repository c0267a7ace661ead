#include "CKernels.h"
#include "clones.h"

#include <string.h>

#define LANES SEGPREP_LANES

SEGPREP_CLONES
void segprep_gather(const float *block, int taps, const int32_t *index, const float *weights, int32_t first, size_t m,
                    float *result) {
  for (size_t j = 0; j < m; j++, index += taps, weights += taps) {
    const float *row[4];
    for (int t = 0; t < taps; t++) row[t] = block + (ptrdiff_t)(index[t] - first) * LANES;
    float *restrict out = result + j * LANES;
    if (taps == 4)
      for (size_t l = 0; l < LANES; l++)
        out[l] = weights[0] * row[0][l] + weights[1] * row[1][l] + weights[2] * row[2][l] + weights[3] * row[3][l];
    else if (taps == 2)
      for (size_t l = 0; l < LANES; l++) out[l] = weights[0] * row[0][l] + weights[1] * row[1][l];
    else
      memcpy(out, row[0], LANES * sizeof(float));
  }
}
