// SEGPREP_CLONES compiles a function for AVX-512, for AVX2 with FMA and for the baseline; the loader picks one.
// Not under the thread sanitizer, whose run-time is not there yet when the loader picks.
#ifdef __has_feature
#if __has_feature(thread_sanitizer)
#define SEGPREP_ONE_CLONE
#endif
#endif
#if defined(__x86_64__) && defined(__linux__) && !defined(SEGPREP_ONE_CLONE)
#define SEGPREP_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define SEGPREP_CLONES
#endif
