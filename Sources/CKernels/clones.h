// SEGPREP_CLONES compiles a function for AVX-512, for AVX2 with FMA and for the baseline; the loader picks one.
#if defined(__x86_64__) && defined(__linux__)
#define SEGPREP_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define SEGPREP_CLONES
#endif
