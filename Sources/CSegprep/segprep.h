// segprep's C interface: batches from shards, augmentation, NIfTI files, patches one by one.
//
// Every function returns SEGPREP_OK or another code; segprep_last_error() is then the one line that says why. All of them
// may be called from any thread. A handle that is closed, or none, is an error and never a crash; memory that is handed in
// must be as large as it is said to be here. Texts are UTF-8 and end with 0; those that come out of a handle are good as
// long as the handle is open, if not said otherwise. Arrays are in C order with x fastest; z, y, x grow towards superior,
// anterior, right.
#ifndef SEGPREP_H
#define SEGPREP_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// The version of what is declared here; a program that was built with it needs a library of the same.
#define SEGPREP_ABI_VERSION 1

// What a function returns.
enum {
  SEGPREP_OK = 0,
  // There are no more batches. No error: segprep_last_error() says nothing of it.
  SEGPREP_END = 1,
  // Something that was read is not what it must be.
  SEGPREP_DATA = 2,
  // A patch whose bytes are not those that were written, or that cannot be read.
  SEGPREP_DAMAGED = 3,
  // A file or folder that is not there.
  SEGPREP_ABSENT = 4,
  // A file or folder that must not be read.
  SEGPREP_FORBIDDEN = 5,
  // What is asked for does not fit into the memory that is given.
  SEGPREP_MEMORY = 6,
  // The stream was cancelled or closed meanwhile.
  SEGPREP_CANCELLED = 7,
  // A stream that was opened before a fork.
  SEGPREP_FORKED = 8,
  // No batch came in the time that was given; the line says what is waited for.
  SEGPREP_WAITING = 9,
  // Something was asked for that cannot be: a set, a fold, an option, a pipeline file.
  SEGPREP_USAGE = 64,
};

// SEGPREP_ABI_VERSION of the library.
uint32_t segprep_abi_version(void);

// The library's version, as in "0.1.0".
const char *segprep_version(void);

// Why the last call of this thread failed: the line that the program `segprep` prints. Good until the thread's next call.
const char *segprep_last_error(void);

// Frees a text that a function gave to be freed. NULL is nothing.
void segprep_free(char *text);

// Options and results begin with their size, `x.size = sizeof x`: any other is an error.

// ---- Streams: epochs of batches from a folder of shards ----

typedef uint64_t segprep_stream;

// Which cases' patches are read.
enum {
  // Of all labelled cases but those that the fold validates on.
  SEGPREP_TRAIN = 0,
  // Of the cases that the fold validates on, in order; the last batch is filled up with samples that are not valid.
  SEGPREP_VALIDATION = 1,
  // Of all labelled cases; there is no fold.
  SEGPREP_ALL = 2,
};

// In which order a training's patches come.
enum {
  SEGPREP_UNIFORM = 0,
  // With replacement.
  SEGPREP_CLASS_BALANCED = 1,
  SEGPREP_SEQUENTIAL = 2,
};

// The type of an image's values.
enum { SEGPREP_FLOAT32 = 0, SEGPREP_FLOAT16 = 1 };

// When checksums are looked at.
enum { SEGPREP_CHECK_ALWAYS = 0, SEGPREP_CHECK_FIRST = 1, SEGPREP_CHECK_NEVER = 2 };

// What a damaged patch does: end the stream, or become a sample of zeros that is not valid.
enum { SEGPREP_FAIL = 0, SEGPREP_SKIP = 1 };

// The extents of a batch: an image (sample, channel, z, y, x) and a label (sample, z, y, x) of uint8.
typedef struct {
  int64_t samples;
  int64_t channels;
  int64_t patch[3];
  int64_t image_bytes;
  int64_t label_bytes;
  int32_t image;
} segprep_batch_shape;

// Memory for one batch.
typedef struct {
  void *image;
  uint8_t *label;
} segprep_memory;

// Gives memory for `count` batches of that shape, which must stay until the stream is closed; no image or label may overlap
// another. Called once, while the stream is opened, by the thread that opens it, after options and state were found right.
// What it returns other than 0 makes the opening fail.
typedef int32_t (*segprep_memories)(
    void *context, const segprep_batch_shape *shape, int64_t count, segprep_memory *memories);

// Fill it by segprep_stream_defaults, then say at least `set` and `split`.
typedef struct {
  size_t size;
  const char *set;
  // The pipeline file that the shards were cut with: checked, and where batch, seed and augmentation come from. NULL: 2, 1
  // and none.
  const char *pipeline;
  // What happens to a training's patches, as the section `augment` of a pipeline file, YAML or JSON. NULL: what the pipeline
  // says.
  const char *augment;
  // A state to go on from. NULL: the beginning.
  const char *state;
  int32_t split;
  int32_t fold;
  // Samples of all ranks in a batch; 0: the pipeline's.
  int64_t global_batch;
  // Of the order and of augmentation; -1: the pipeline's.
  int64_t seed;
  int32_t rank;
  int32_t world_size;
  // Threads that read, decode and augment; 0: one for each processor.
  int32_t threads;
  int32_t order;
  int32_t image;
  int32_t checks;
  int32_t damage;
  // Batches that the trainer holds at a time, at most.
  int32_t held;
  // The most that batches and threads may take, in bytes; 0: what keeps the threads busy.
  int64_t memory;
  // Epochs until the stream ends; 0: no end.
  int64_t epochs;
  // NULL: the stream's own memory.
  segprep_memories memories;
  // Handed to it.
  void *context;
} segprep_stream_options;

// What a stream is.
typedef struct {
  size_t size;
  segprep_batch_shape shape;
  int64_t batches_per_epoch;
  // In the split.
  int64_t patches;
  // The most that batches and threads take, in bytes.
  int64_t memory_bytes;
  int64_t batches_in_memory;
  int32_t order;
} segprep_stream_info;

// A sample of a batch.
typedef struct {
  // Empty where the last batch is filled up.
  const char *case_identifier;
  // Below the folder of shards, and the patch's place in it.
  const char *file;
  int64_t place;
  // Its number within its case and set.
  int64_t patch;
  // Index in the prepared volume of the first voxel (z, y, x), where augmentation moved it to; may be negative.
  int64_t origin[3];
  // How often the patch came before in the epoch.
  int64_t occurrence;
  // 0 for samples that fill up a batch and for damaged ones that are skipped: all their voxels are 0.
  int32_t is_valid;
} segprep_sample;

// A batch in the trainer's hands, until it is given back.
typedef struct {
  size_t size;
  // Which of the stream's memories it lies in.
  int64_t index;
  void *image;
  uint8_t *label;
  int64_t epoch;
  // Within the epoch.
  int64_t number;
  int32_t is_last_of_epoch;
  int64_t count;
  const segprep_sample *samples;
} segprep_batch;

// Where the time went, in seconds: of the stream's threads, but for the trainer's wait.
typedef struct {
  size_t size;
  double read;
  double decode;
  double augment;
  double wait;
  // Valid samples that were made, and their bytes as they are stored.
  int64_t samples;
  int64_t stored_bytes;
} segprep_stream_times;

// Fills options: seed and batch of the pipeline, one rank, one epoch, floats, every checksum, damage ends the stream.
int32_t segprep_stream_defaults(segprep_stream_options *options);

// Opens a stream on a folder of shards; it begins to fill batches. Each shard is a file that stays open: the process' limit
// on open files (RLIMIT_NOFILE) is raised as far as the system lets it.
int32_t segprep_stream_open(const char *shards, const segprep_stream_options *options, segprep_stream *stream);

int32_t segprep_stream_describe(segprep_stream stream, segprep_stream_info *info);

// Waits for the next batch, for so many seconds at most (0: as long as it takes), and lends it. SEGPREP_END after the last
// epoch. After SEGPREP_WAITING nothing is lost: ask again. Errors end the stream.
int32_t segprep_stream_next(segprep_stream stream, double seconds, segprep_batch *batch);

// Takes a batch back: its memory is filled again.
int32_t segprep_stream_give_back(segprep_stream stream, int64_t index);

// Copies the next batch into memory of the caller's and gives it back: for those who can do with a copy.
int32_t segprep_stream_copy_next(segprep_stream stream, void *image, uint8_t *label);

// What augmentation drew for a sample of a batch in hand, as JSON; to be freed. NULL: nothing was augmented.
int32_t segprep_stream_drawn(segprep_stream stream, int64_t index, int64_t sample, char **json);

// Where the stream is, after the last batch that was lent: a line of JSON, to be freed. With it a stream goes on with the
// very next batch, whatever its threads, memory and ranks.
int32_t segprep_stream_state(segprep_stream stream, char **json);

int32_t segprep_stream_read_times(segprep_stream stream, segprep_stream_times *times);

// The damaged patches that were skipped, as a JSON array of objects with file, patch, case_identifier and problem; to be
// freed.
int32_t segprep_stream_damages(segprep_stream stream, char **json);

// Makes the stream end at once: whoever waits for a batch gets SEGPREP_CANCELLED.
int32_t segprep_stream_cancel(segprep_stream stream);

// Cancels, frees all that the stream has, and forgets the handle.
int32_t segprep_stream_close(segprep_stream stream);

// ---- Augmentation of patches in memory ----

typedef uint64_t segprep_augmenter;

typedef struct {
  size_t size;
  // One of the two: a pipeline file, or the section `augment` of one as YAML or JSON, as in "{preset: nnunet}".
  const char *pipeline;
  const char *augment;
  // Voxels of a finished patch (z, y, x), and around it on each side in what it is made from.
  int64_t patch[3];
  int64_t margin[3];
} segprep_augmenter_options;

// A patch to be augmented, and what everything random follows from. The source has the margin, the target has not; they may
// be the same where the margin is 0.
typedef struct {
  size_t size;
  int64_t channels;
  // (channel, z, y, x); the label (z, y, x), or NULL.
  const void *source_image;
  const uint8_t *source_label;
  void *image;
  uint8_t *label;
  // Of both images; with SEGPREP_FLOAT16 source and target are the same.
  int32_t type;
  // What lies beyond the source, one value a channel; NULL: each channel's minimum.
  const float *pad_values;
  // The case's minimum, maximum, mean and standard deviation, four numbers a channel, for `statistics: case`; or NULL.
  const double *statistics;
  uint64_t seed;
  const char *case_identifier;
  uint32_t patch;
  uint32_t epoch;
  uint32_t occurrence;
} segprep_patch_to_augment;

int32_t segprep_augmenter_open(const segprep_augmenter_options *options, segprep_augmenter *augmenter);

// Augments a patch; `drawn`, unless NULL, becomes all that was drawn, as JSON, to be freed. Voxels that are not finite are
// no error: they, and those of their channel that follow from them, become infinite or NaN.
int32_t segprep_augment(segprep_augmenter augmenter, const segprep_patch_to_augment *patch, char **drawn);

int32_t segprep_augmenter_close(segprep_augmenter augmenter);

// ---- NIfTI files ----

typedef struct {
  size_t size;
  int64_t channels;
  // z, y, x.
  int64_t shape[3];
  // In millimetres (z, y, x).
  double spacing[3];
  // Row by row: maps (x, y, z, 1), indices of the voxels as they are read, to millimetres in RAS+ space.
  double affine[16];
} segprep_nifti;

// What a file (.nii, .nii.gz, .hdr and .img) holds, turned to (channel, z, y, x).
int32_t segprep_nifti_describe(const char *path, segprep_nifti *nifti);

// Reads the voxels, scaled as the header says; what is infinite or no number becomes NaN.
int32_t segprep_nifti_read(const char *path, float *voxels, int64_t count);

// ---- Patches of shards, in any order ----

typedef uint64_t segprep_shards;

typedef struct {
  size_t size;
  int64_t patches;
  int64_t channels;
  // Voxels of a patch (z, y, x), and around it on each side.
  int64_t patch[3];
  int64_t margin[3];
  int64_t classes;
  // How images are stored.
  int32_t image;
} segprep_shards_info;

typedef struct {
  size_t size;
  const char *case_identifier;
  // Below the folder of shards, and the patch's place in it.
  const char *file;
  int64_t place;
  // Its number within its case and set.
  int64_t patch;
  // The fold that validates on the case; -1: none does.
  int64_t fold;
  // Index in the prepared volume of the patch's first voxel (z, y, x), margin not counted; may be negative.
  int64_t origin[3];
  // 0: the voxels as they were prepared; n: the nth augmented version of them.
  int64_t variant;
  // What was drawn for that, as JSON; empty for 0.
  const char *augmentation;
  // Row by row: maps the patch's (x, y, z, 1), margin not counted, to millimetres in RAS+ space.
  double affine[16];
  // Voxels of each class, margin not counted.
  const int64_t *class_counts;
} segprep_patch;

// Opens a set's patches, in the order of a sequential stream of that split.
int32_t segprep_shards_open(
    const char *folder, const char *set, int32_t split, int32_t fold, segprep_shards *shards);

int32_t segprep_shards_describe(segprep_shards shards, segprep_shards_info *info);

int32_t segprep_shards_patch(segprep_shards shards, int64_t index, segprep_patch *patch);

// Reads a patch: an image (channel, z, y, x) of that type and, unless NULL, its label (z, y, x), with the margin or without.
int32_t segprep_shards_read(
    segprep_shards shards, int64_t index, int32_t type, int32_t with_margin, void *image, uint8_t *label);

int32_t segprep_shards_close(segprep_shards shards);

#ifdef __cplusplus
}
#endif

#endif
