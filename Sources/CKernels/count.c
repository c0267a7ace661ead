#include "CKernels.h"
#include "clones.h"

// A label is background or one organ over long runs: a block of one class costs one comparison per vector.
#define BLOCK 64

SEGPREP_CLONES
void segprep_count_bytes(const uint8_t *src, size_t n, uint64_t counts[256]) {
  size_t i = 0;
  for (; i + BLOCK <= n; i += BLOCK) {
    uint8_t difference = 0;
    for (size_t k = 0; k < BLOCK; k++) difference |= src[i + k] ^ src[i];
    if (difference == 0) counts[src[i]] += BLOCK;
    else
      for (size_t k = 0; k < BLOCK; k++) counts[src[i + k]]++;
  }
  for (; i < n; i++) counts[src[i]]++;
}
