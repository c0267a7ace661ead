// What the end-to-end tests run against libsegprep.so: each way of using it, its results on standard output.
#include <segprep.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Ends the program with the code and the line of a call that failed.
static void check(int32_t code) {
  if (code == SEGPREP_OK) return;
  fprintf(stderr, "%d %s\n", code, segprep_last_error());
  exit(1);
}

static void put(const void *bytes, int64_t count) { fwrite(bytes, 1, (size_t)count, stdout); }

// ---- A stream into memory of the program's own ----

static segprep_memory own[16];
static int64_t own_count;

static int32_t give(void *context, const segprep_batch_shape *shape, int64_t count, segprep_memory *memories) {
  (void)context;
  if (count > 16) return 1;
  for (int64_t i = 0; i < count; i++) {
    own[i].image = malloc((size_t)shape->image_bytes);
    own[i].label = malloc((size_t)shape->label_bytes);
    memories[i] = own[i];
  }
  own_count = count;
  return 0;
}

static segprep_stream open_stream(char **words, int with_own, const char *state) {
  segprep_stream_options options;
  check(segprep_stream_defaults(&options));
  options.set = words[1];
  options.split = SEGPREP_TRAIN;
  options.fold = atoi(words[2]);
  options.pipeline = words[3];
  options.state = state;
  if (with_own) options.memories = give;
  segprep_stream stream;
  check(segprep_stream_open(words[0], &options, &stream));
  return stream;
}

// stream SHARDS SET FOLD PIPELINE: the voxels of all batches, image and label in turn.
static void stream(char **words) {
  segprep_stream stream = open_stream(words, 1, NULL);
  segprep_stream_info info = {.size = sizeof info};
  check(segprep_stream_describe(stream, &info));
  segprep_batch batch = {.size = sizeof batch};
  int32_t code;
  while ((code = segprep_stream_next(stream, 0, &batch)) == SEGPREP_OK) {
    // No copy was made: the batch lies in the memory that was given, under its number.
    if (batch.index >= own_count || batch.image != own[batch.index].image || batch.label != own[batch.index].label)
      exit(2);
    put(batch.image, info.shape.image_bytes);
    put(batch.label, info.shape.label_bytes);
    for (int64_t i = 0; i < batch.count; i++) {
      char *drawn;
      check(segprep_stream_drawn(stream, batch.index, i, &drawn));
      const segprep_sample *sample = &batch.samples[i];
      fprintf(stderr, "%s %s %lld %lld,%lld,%lld %d %s\n", sample->case_identifier, sample->file,
          (long long)sample->place, (long long)sample->origin[0], (long long)sample->origin[1],
          (long long)sample->origin[2], sample->is_valid, drawn ? drawn : "nothing");
      segprep_free(drawn);
    }
    check(segprep_stream_give_back(stream, batch.index));
  }
  if (code != SEGPREP_END) check(code);
  check(segprep_stream_close(stream));
}

// resume SHARDS SET FOLD PIPELINE: the same, in two streams, by copies.
static void resume(char **words) {
  char *state = NULL;
  for (int part = 0; part < 2; part++) {
    segprep_stream stream = open_stream(words, 0, state);
    segprep_stream_info info = {.size = sizeof info};
    check(segprep_stream_describe(stream, &info));
    void *image = malloc((size_t)info.shape.image_bytes);
    uint8_t *label = malloc((size_t)info.shape.label_bytes);
    for (int batch = 0; part == 1 || batch < 3; batch++) {
      int32_t code = segprep_stream_copy_next(stream, image, label);
      if (code == SEGPREP_END) break;
      check(code);
      put(image, info.shape.image_bytes);
      put(label, info.shape.label_bytes);
    }
    if (part == 0) check(segprep_stream_state(stream, &state));
    check(segprep_stream_close(stream));
    free(image);
    free(label);
  }
  segprep_free(state);
}

// nifti FILE: shape and affine as text, then the voxels.
static void nifti(char **words) {
  segprep_nifti found = {.size = sizeof found};
  check(segprep_nifti_describe(words[0], &found));
  int64_t count = found.channels * found.shape[0] * found.shape[1] * found.shape[2];
  float *voxels = malloc((size_t)count * sizeof *voxels);
  check(segprep_nifti_read(words[0], voxels, count));
  for (int i = 0; i < 16; i++) fprintf(stderr, "%.9g ", found.affine[i]);
  put(voxels, count * (int64_t)sizeof *voxels);
  free(voxels);
}

// patches SHARDS SET: the voxels of all patches with their margins, backwards.
static void patches(char **words) {
  segprep_shards shards;
  check(segprep_shards_open(words[0], words[1], SEGPREP_ALL, 0, &shards));
  segprep_shards_info info = {.size = sizeof info};
  check(segprep_shards_describe(shards, &info));
  int64_t count = 1;
  for (int axis = 0; axis < 3; axis++) count *= info.patch[axis] + 2 * info.margin[axis];
  float *image = malloc((size_t)(info.channels * count) * sizeof *image);
  uint8_t *label = malloc((size_t)count);
  for (int64_t i = info.patches - 1; i >= 0; i--) {
    segprep_patch patch = {.size = sizeof patch};
    check(segprep_shards_patch(shards, i, &patch));
    fprintf(stderr, "%s %lld\n", patch.file, (long long)patch.place);
    check(segprep_shards_read(shards, i, SEGPREP_FLOAT32, 1, image, label));
    put(image, info.channels * count * (int64_t)sizeof *image);
    put(label, count);
  }
  check(segprep_shards_close(shards));
}

// augment PRESET Z Y X SEED: a ramp, augmented in place.
static void augment(char **words) {
  char section[64];
  snprintf(section, sizeof section, "{preset: %s}", words[0]);
  segprep_augmenter_options options = {
      .size = sizeof options, .augment = section, .patch = {atoi(words[1]), atoi(words[2]), atoi(words[3])}};
  segprep_augmenter augmenter;
  check(segprep_augmenter_open(&options, &augmenter));
  int64_t count = options.patch[0] * options.patch[1] * options.patch[2];
  float *image = malloc((size_t)count * sizeof *image);
  uint8_t *label = malloc((size_t)count);
  for (int64_t i = 0; i < count; i++) image[i] = (float)i, label[i] = (uint8_t)(i % 3);
  segprep_patch_to_augment patch = {
      .size = sizeof patch, .channels = 1, .source_image = image, .source_label = label, .image = image, .label = label,
      .seed = (uint64_t)atoi(words[4]), .case_identifier = "case_00000"};
  char *drawn;
  check(segprep_augment(augmenter, &patch, &drawn));
  fputs(drawn, stderr);
  segprep_free(drawn);
  put(image, count * (int64_t)sizeof *image);
  put(label, count);
  check(segprep_augmenter_close(augmenter));
}

// ---- Wrong calls: each says why, none crashes ----

static void refused(int32_t code) { printf("%d %s\n", code, code == SEGPREP_OK ? "" : segprep_last_error()); }

// misuse SHARDS SET FOLD PIPELINE: a line for each wrong call.
static void misuse(char **words) {
  segprep_stream stream = open_stream(words, 0, NULL);
  segprep_batch batch = {.size = sizeof batch};
  segprep_batch other = {.size = 3};
  segprep_stream_options options;
  char *text;
  refused(segprep_stream_defaults(NULL));
  check(segprep_stream_defaults(&options));
  refused(segprep_stream_open(NULL, &options, &stream));
  refused(segprep_stream_open(words[0], NULL, &stream));
  refused(segprep_stream_open(words[0], &options, &stream));
  options.set = words[1];
  options.order = 7;
  refused(segprep_stream_open(words[0], &options, &stream));
  refused(segprep_stream_next(stream, 0, NULL));
  refused(segprep_stream_next(stream, 0, &other));
  refused(segprep_stream_next(12345678, 0, &batch));
  refused(segprep_stream_give_back(stream, 0));
  check(segprep_stream_next(stream, 0, &batch));
  refused(segprep_stream_drawn(stream, batch.index, 99, &text));
  refused(segprep_stream_state(stream, NULL));
  check(segprep_stream_cancel(stream));
  refused(segprep_stream_next(stream, 0, &batch));
  check(segprep_stream_close(stream));
  refused(segprep_stream_close(stream));
  refused(segprep_stream_next(stream, 0, &batch));
  refused(segprep_shards_close(stream));
  segprep_augmenter augmenter;
  segprep_augmenter_options augment = {.size = sizeof augment, .patch = {4, 4, 4}};
  refused(segprep_augmenter_open(&augment, &augmenter));
  augment.augment = "{preset: best}";
  refused(segprep_augmenter_open(&augment, &augmenter));
  augment.augment = "[mirror]";
  augment.patch[0] = INT64_MAX;
  refused(segprep_augmenter_open(&augment, &augmenter));
  augment.patch[0] = 4;
  for (int axis = 0; axis < 3; axis++) augment.margin[axis] = 1;
  check(segprep_augmenter_open(&augment, &augmenter));
  float image[6 * 6 * 6] = {0};
  segprep_patch_to_augment patch = {.size = sizeof patch, .channels = 1, .source_image = image, .image = image};
  refused(segprep_augment(augmenter, &patch, NULL));
  patch.channels = 0;
  refused(segprep_augment(augmenter, &patch, NULL));
  refused(segprep_nifti_describe("/no/such/file.nii", NULL));
}

int main(int count, char **words) {
  if (count < 2 || segprep_abi_version() != SEGPREP_ABI_VERSION) return 3;
  struct {
    const char *name;
    void (*run)(char **);
    int arguments;
  } ways[] = {{"stream", stream, 4}, {"resume", resume, 4}, {"nifti", nifti, 1},
              {"patches", patches, 2}, {"augment", augment, 5}, {"misuse", misuse, 4}};
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
    if (strcmp(words[1], ways[i].name) == 0 && count == 2 + ways[i].arguments) {
      ways[i].run(words + 2);
      return 0;
    }
  }
  return 3;
}
