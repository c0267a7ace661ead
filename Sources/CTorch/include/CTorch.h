/* Operations of libtorch as plain C: each calls one operation of ATen, and gives its exception as an error. */
#ifndef CTORCH_H
#define CTORCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A reference to a tensor; to be given to ctorch_release. */
typedef struct ctorch_opaque *ctorch_tensor;

typedef enum {
  ctorch_success = 0,
  ctorch_failure = 1,
  ctorch_out_of_memory = 2,
} ctorch_outcome;

/* The text is good until the thread's next call. */
typedef struct {
  ctorch_outcome outcome;
  const char *text;
} ctorch_error;

typedef enum {
  ctorch_uint8 = 0,
  ctorch_int64 = 1,
  ctorch_float32 = 2,
  ctorch_float64 = 3,
  ctorch_bfloat16 = 4,
  ctorch_bool = 5,
  ctorch_other_type = -1,
} ctorch_type;

typedef enum {
  ctorch_cpu = 0,
  ctorch_cuda = 1,
} ctorch_device;

typedef struct {
  const int64_t *values;
  int count;
} ctorch_sizes;

/* The library. */
const char *ctorch_version(void);
bool ctorch_has_cuda(void);
/* Whether that device convolves in bfloat16, faster than in float32. */
bool ctorch_has_bfloat16(ctorch_device device);
ctorch_error ctorch_set_threads(int threads);
ctorch_error ctorch_set_deterministic(bool deterministic);
/* Whether operations are recorded for the backward pass, on this thread; returns what it was. */
bool ctorch_set_gradients(bool enabled);
/* Whether convolutions on that device compute in bfloat16, on this thread. */
ctorch_error ctorch_set_autocast(ctorch_device device, bool enabled);

/* Making tensors, and reading them. */
ctorch_error ctorch_copy_in(const void *values, ctorch_type type, ctorch_sizes shape, ctorch_tensor *out);
ctorch_error ctorch_full(ctorch_sizes shape, double value, ctorch_type type, ctorch_device device, ctorch_tensor *out);
/* Copies the values, as the tensor's type has them, in C order. */
ctorch_error ctorch_copy_out(ctorch_tensor tensor, void *values, size_t bytes);
ctorch_error ctorch_item(ctorch_tensor tensor, double *out);
void ctorch_release(ctorch_tensor tensor);
int ctorch_rank(ctorch_tensor tensor);
int64_t ctorch_size(ctorch_tensor tensor, int dimension);
ctorch_type ctorch_type_of(ctorch_tensor tensor);
ctorch_device ctorch_device_of(ctorch_tensor tensor);
ctorch_error ctorch_to_type(ctorch_tensor tensor, ctorch_type type, ctorch_tensor *out);
ctorch_error ctorch_to_device(ctorch_tensor tensor, ctorch_device device, ctorch_tensor *out);

/* Gradients. */
ctorch_error ctorch_require_gradient(ctorch_tensor tensor);
ctorch_error ctorch_backward(ctorch_tensor tensor);
/* NULL where there is none. */
ctorch_error ctorch_gradient(ctorch_tensor tensor, ctorch_tensor *out);
ctorch_error ctorch_clear_gradient(ctorch_tensor tensor);
ctorch_error ctorch_detach(ctorch_tensor tensor, ctorch_tensor *out);

/* Element by element. */
ctorch_error ctorch_add(ctorch_tensor a, ctorch_tensor b, ctorch_tensor *out);
ctorch_error ctorch_subtract(ctorch_tensor a, ctorch_tensor b, ctorch_tensor *out);
ctorch_error ctorch_multiply(ctorch_tensor a, ctorch_tensor b, ctorch_tensor *out);
ctorch_error ctorch_divide(ctorch_tensor a, ctorch_tensor b, ctorch_tensor *out);
ctorch_error ctorch_add_number(ctorch_tensor a, double b, ctorch_tensor *out);
ctorch_error ctorch_multiply_number(ctorch_tensor a, double b, ctorch_tensor *out);
ctorch_error ctorch_power(ctorch_tensor a, double exponent, ctorch_tensor *out);
ctorch_error ctorch_exp(ctorch_tensor a, ctorch_tensor *out);
ctorch_error ctorch_expm1(ctorch_tensor a, ctorch_tensor *out);
ctorch_error ctorch_log(ctorch_tensor a, ctorch_tensor *out);
ctorch_error ctorch_cos(ctorch_tensor a, ctorch_tensor *out);
ctorch_error ctorch_sqrt(ctorch_tensor a, ctorch_tensor *out);
ctorch_error ctorch_clamp(ctorch_tensor a, double lower, double upper, ctorch_tensor *out);
ctorch_error ctorch_equal_to(ctorch_tensor a, double value, ctorch_tensor *out);

/* In place. */
ctorch_error ctorch_add_in_place(ctorch_tensor a, ctorch_tensor b, double scale);
ctorch_error ctorch_multiply_in_place(ctorch_tensor a, double b);
ctorch_error ctorch_add_product_in_place(ctorch_tensor a, ctorch_tensor b, ctorch_tensor c, double scale);
ctorch_error ctorch_add_quotient_in_place(ctorch_tensor a, ctorch_tensor b, ctorch_tensor c, double scale);
ctorch_error ctorch_add_number_in_place(ctorch_tensor a, double b);
ctorch_error ctorch_copy_in_place(ctorch_tensor a, ctorch_tensor from);
ctorch_error ctorch_relu_in_place(ctorch_tensor a);

/* Over dimensions. */
ctorch_error ctorch_sum(ctorch_tensor a, ctorch_sizes dimensions, bool keep, ctorch_tensor *out);
ctorch_error ctorch_mean(ctorch_tensor a, ctorch_tensor *out);
ctorch_error ctorch_argmax(ctorch_tensor a, int64_t dimension, ctorch_tensor *out);
ctorch_error ctorch_softmax(ctorch_tensor a, int64_t dimension, ctorch_tensor *out);
ctorch_error ctorch_log_softmax(ctorch_tensor a, int64_t dimension, ctorch_tensor *out);

/* Shapes. */
ctorch_error ctorch_reshape(ctorch_tensor a, ctorch_sizes shape, ctorch_tensor *out);
ctorch_error ctorch_slice(
    ctorch_tensor a, int64_t dimension, int64_t start, int64_t end, int64_t step, ctorch_tensor *out);
ctorch_error ctorch_flip(ctorch_tensor a, ctorch_sizes dimensions, ctorch_tensor *out);
ctorch_error ctorch_concatenate(ctorch_tensor a, ctorch_tensor b, int64_t dimension, ctorch_tensor *out);
/* Ones where `index` (int64) says along the dimension, zeros elsewhere, as float32. */
ctorch_error ctorch_one_hot(
    ctorch_tensor index, int64_t dimension, ctorch_sizes shape, ctorch_tensor *out);
/* The values that `index` (int64) chooses along the dimension. */
ctorch_error ctorch_gather(ctorch_tensor a, int64_t dimension, ctorch_tensor index, ctorch_tensor *out);

/* Layers. `bias`, `weight` and the running values may be NULL. */
ctorch_error ctorch_conv3d(
    ctorch_tensor input, ctorch_tensor weight, ctorch_tensor bias, int64_t padding, ctorch_tensor *out);
ctorch_error ctorch_transposed_conv3d(
    ctorch_tensor input, ctorch_tensor weight, ctorch_tensor bias, int64_t stride, ctorch_tensor *out);
ctorch_error ctorch_max_pool3d(ctorch_tensor input, int64_t size, ctorch_tensor *out);
ctorch_error ctorch_batch_norm(
    ctorch_tensor input, ctorch_tensor weight, ctorch_tensor bias, ctorch_tensor running_mean,
    ctorch_tensor running_variance, bool training, double momentum, double epsilon, ctorch_tensor *out);
ctorch_error ctorch_instance_norm(
    ctorch_tensor input, ctorch_tensor weight, ctorch_tensor bias, double epsilon, ctorch_tensor *out);
/* The mean over all elements of minus the logarithm of the softmax over dimension 1 at `labels` (int64). */
ctorch_error ctorch_cross_entropy(ctorch_tensor logits, ctorch_tensor labels, ctorch_tensor *out);

#ifdef __cplusplus
}
#endif

#endif
