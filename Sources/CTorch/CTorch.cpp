#include "CTorch.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <torch/csrc/api/include/torch/version.h>

#include <cstring>
#include <exception>
#include <string>

namespace {

thread_local std::string message;

ctorch_error failed(ctorch_outcome outcome, const char *text) {
  message = text;
  // The CPU's allocator throws the same type as everything else.
  if (message.find("can't allocate memory") != std::string::npos) outcome = ctorch_out_of_memory;
  return {outcome, message.c_str()};
}

template <class Body>
ctorch_error caught(Body body) {
  try {
    body();
    return {ctorch_success, nullptr};
  } catch (const c10::OutOfMemoryError &error) {
    return failed(ctorch_out_of_memory, error.what_without_backtrace());
  } catch (const c10::Error &error) {
    return failed(ctorch_failure, error.what_without_backtrace());
  } catch (const std::bad_alloc &) {
    return failed(ctorch_out_of_memory, "no memory");
  } catch (const std::exception &error) {
    return failed(ctorch_failure, error.what());
  } catch (...) {
    return failed(ctorch_failure, "unknown error");
  }
}

at::Tensor &tensor(ctorch_tensor handle) { return *reinterpret_cast<at::Tensor *>(handle); }

c10::optional<at::Tensor> optional(ctorch_tensor handle) {
  return handle ? c10::optional<at::Tensor>(tensor(handle)) : c10::optional<at::Tensor>();
}

at::IntArrayRef sizes(ctorch_sizes values) { return {values.values, static_cast<size_t>(values.count)}; }

template <class Body>
ctorch_error made(ctorch_tensor *out, Body body) {
  *out = nullptr;
  return caught([&] { *out = reinterpret_cast<ctorch_tensor>(new at::Tensor(body())); });
}

at::ScalarType scalar(ctorch_type type) {
  switch (type) {
  case ctorch_uint8: return at::kByte;
  case ctorch_int64: return at::kLong;
  case ctorch_float64: return at::kDouble;
  case ctorch_bfloat16: return at::kBFloat16;
  case ctorch_bool: return at::kBool;
  default: return at::kFloat;
  }
}

at::DeviceType kind(ctorch_device device) { return device == ctorch_cuda ? at::kCUDA : at::kCPU; }

}  // namespace

const char *ctorch_version(void) { return TORCH_VERSION; }

bool ctorch_has_cuda(void) { return at::hasCUDA() && at::detail::getCUDAHooks().hasCUDA(); }

bool ctorch_has_bfloat16(ctorch_device device) {
  if (device == ctorch_cuda) {
    return ctorch_has_cuda() && at::detail::getCUDAHooks().supportsBFloat16ConvolutionWithCuDNNv8();
  }
#if defined(__x86_64__)
  // oneDNN computes so on others too, but slower than in float32.
  return __builtin_cpu_supports("avx512bf16");
#else
  return false;
#endif
}

ctorch_error ctorch_set_threads(int threads) {
  return caught([&] { at::set_num_threads(threads); });
}

ctorch_error ctorch_set_deterministic(bool deterministic) {
  return caught([&] { at::globalContext().setDeterministicAlgorithms(deterministic, false); });
}

bool ctorch_set_gradients(bool enabled) {
  bool before = c10::GradMode::is_enabled();
  c10::GradMode::set_enabled(enabled);
  return before;
}

ctorch_error ctorch_set_autocast(ctorch_device device, bool enabled) {
  return caught([&] {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
    at::autocast::set_autocast_enabled(kind(device), enabled);
    at::autocast::set_autocast_dtype(kind(device), at::kBFloat16);
#else
    if (device == ctorch_cuda) {
      at::autocast::set_enabled(enabled);
      at::autocast::set_autocast_gpu_dtype(at::kBFloat16);
    } else {
      at::autocast::set_cpu_enabled(enabled);
      at::autocast::set_autocast_cpu_dtype(at::kBFloat16);
    }
#endif
    // Weights change from one step to the next: their copies in bfloat16 must not outlive one.
    at::autocast::clear_cache();
  });
}

ctorch_error ctorch_copy_in(const void *values, ctorch_type type, ctorch_sizes shape, ctorch_tensor *out) {
  return made(out, [&] { return at::from_blob(const_cast<void *>(values), sizes(shape), scalar(type)).clone(); });
}

ctorch_error ctorch_full(ctorch_sizes shape, double value, ctorch_type type, ctorch_device device, ctorch_tensor *out) {
  return made(
      out, [&] { return at::full(sizes(shape), value, at::TensorOptions().dtype(scalar(type)).device(kind(device))); });
}

ctorch_error ctorch_copy_out(ctorch_tensor handle, void *values, size_t bytes) {
  return caught([&] {
    at::Tensor host = tensor(handle).detach().to(at::kCPU).contiguous();
    TORCH_CHECK(host.nbytes() == bytes, "a tensor of ", host.nbytes(), " bytes, room for ", bytes);
    memcpy(values, host.data_ptr(), bytes);
  });
}

ctorch_error ctorch_item(ctorch_tensor handle, double *out) {
  return caught([&] { *out = tensor(handle).item<double>(); });
}

void ctorch_release(ctorch_tensor handle) { delete reinterpret_cast<at::Tensor *>(handle); }

int ctorch_rank(ctorch_tensor handle) { return static_cast<int>(tensor(handle).dim()); }

int64_t ctorch_size(ctorch_tensor handle, int dimension) { return tensor(handle).sizes()[dimension]; }

ctorch_type ctorch_type_of(ctorch_tensor handle) {
  switch (tensor(handle).scalar_type()) {
  case at::kByte: return ctorch_uint8;
  case at::kLong: return ctorch_int64;
  case at::kFloat: return ctorch_float32;
  case at::kDouble: return ctorch_float64;
  case at::kBFloat16: return ctorch_bfloat16;
  case at::kBool: return ctorch_bool;
  default: return ctorch_other_type;
  }
}

ctorch_device ctorch_device_of(ctorch_tensor handle) { return tensor(handle).is_cuda() ? ctorch_cuda : ctorch_cpu; }

ctorch_error ctorch_to_type(ctorch_tensor handle, ctorch_type type, ctorch_tensor *out) {
  return made(out, [&] { return tensor(handle).to(scalar(type)); });
}

ctorch_error ctorch_to_device(ctorch_tensor handle, ctorch_device device, ctorch_tensor *out) {
  return made(out, [&] { return tensor(handle).to(kind(device)); });
}

ctorch_error ctorch_require_gradient(ctorch_tensor handle) {
  return caught([&] { tensor(handle).set_requires_grad(true); });
}

ctorch_error ctorch_backward(ctorch_tensor handle) {
  return caught([&] { tensor(handle).backward(); });
}

ctorch_error ctorch_gradient(ctorch_tensor handle, ctorch_tensor *out) {
  if (!tensor(handle).grad().defined()) {
    *out = nullptr;
    return {ctorch_success, nullptr};
  }
  return made(out, [&] { return tensor(handle).grad(); });
}

ctorch_error ctorch_clear_gradient(ctorch_tensor handle) {
  return caught([&] { tensor(handle).mutable_grad().reset(); });
}

ctorch_error ctorch_detach(ctorch_tensor handle, ctorch_tensor *out) {
  return made(out, [&] { return tensor(handle).detach(); });
}

#define UNARY(name, operation) \
  ctorch_error ctorch_##name(ctorch_tensor a, ctorch_tensor *out) { \
    return made(out, [&] { return at::operation(tensor(a)); }); \
  }
#define BINARY(name, operation) \
  ctorch_error ctorch_##name(ctorch_tensor a, ctorch_tensor b, ctorch_tensor *out) { \
    return made(out, [&] { return at::operation(tensor(a), tensor(b)); }); \
  }
#define WITH_NUMBER(name, operation) \
  ctorch_error ctorch_##name(ctorch_tensor a, double b, ctorch_tensor *out) { \
    return made(out, [&] { return at::operation(tensor(a), at::Scalar(b)); }); \
  }

BINARY(add, add)
BINARY(subtract, sub)
BINARY(multiply, mul)
BINARY(divide, div)
WITH_NUMBER(add_number, add)
WITH_NUMBER(multiply_number, mul)
WITH_NUMBER(power, pow)
WITH_NUMBER(equal_to, eq)
UNARY(exp, exp)
UNARY(expm1, expm1)
UNARY(log, log)
UNARY(cos, cos)
UNARY(sqrt, sqrt)
UNARY(mean, mean)

ctorch_error ctorch_clamp(ctorch_tensor a, double lower, double upper, ctorch_tensor *out) {
  return made(out, [&] { return at::clamp(tensor(a), lower, upper); });
}

ctorch_error ctorch_add_in_place(ctorch_tensor a, ctorch_tensor b, double scale) {
  return caught([&] { tensor(a).add_(tensor(b), scale); });
}

ctorch_error ctorch_multiply_in_place(ctorch_tensor a, double b) {
  return caught([&] { tensor(a).mul_(b); });
}

ctorch_error ctorch_add_product_in_place(ctorch_tensor a, ctorch_tensor b, ctorch_tensor c, double scale) {
  return caught([&] { tensor(a).addcmul_(tensor(b), tensor(c), scale); });
}

ctorch_error ctorch_add_quotient_in_place(ctorch_tensor a, ctorch_tensor b, ctorch_tensor c, double scale) {
  return caught([&] { tensor(a).addcdiv_(tensor(b), tensor(c), scale); });
}

ctorch_error ctorch_add_number_in_place(ctorch_tensor a, double b) {
  return caught([&] { tensor(a).add_(b); });
}

ctorch_error ctorch_copy_in_place(ctorch_tensor a, ctorch_tensor from) {
  return caught([&] { tensor(a).copy_(tensor(from)); });
}

ctorch_error ctorch_relu_in_place(ctorch_tensor a) {
  return caught([&] { tensor(a).relu_(); });
}

ctorch_error ctorch_sum(ctorch_tensor a, ctorch_sizes dimensions, bool keep, ctorch_tensor *out) {
  return made(out, [&] { return at::sum(tensor(a), sizes(dimensions), keep); });
}

ctorch_error ctorch_argmax(ctorch_tensor a, int64_t dimension, ctorch_tensor *out) {
  return made(out, [&] { return at::argmax(tensor(a), dimension); });
}

ctorch_error ctorch_softmax(ctorch_tensor a, int64_t dimension, ctorch_tensor *out) {
  return made(out, [&] { return at::softmax(tensor(a), dimension); });
}

ctorch_error ctorch_log_softmax(ctorch_tensor a, int64_t dimension, ctorch_tensor *out) {
  return made(out, [&] { return at::log_softmax(tensor(a), dimension); });
}

ctorch_error ctorch_reshape(ctorch_tensor a, ctorch_sizes shape, ctorch_tensor *out) {
  return made(out, [&] { return at::reshape(tensor(a), sizes(shape)); });
}

ctorch_error ctorch_slice(
    ctorch_tensor a, int64_t dimension, int64_t start, int64_t end, int64_t step, ctorch_tensor *out) {
  return made(out, [&] { return at::slice(tensor(a), dimension, start, end, step); });
}

ctorch_error ctorch_flip(ctorch_tensor a, ctorch_sizes dimensions, ctorch_tensor *out) {
  return made(out, [&] { return at::flip(tensor(a), sizes(dimensions)); });
}

ctorch_error ctorch_concatenate(ctorch_tensor a, ctorch_tensor b, int64_t dimension, ctorch_tensor *out) {
  return made(out, [&] { return at::cat({tensor(a), tensor(b)}, dimension); });
}

ctorch_error ctorch_one_hot(ctorch_tensor index, int64_t dimension, ctorch_sizes shape, ctorch_tensor *out) {
  return made(out, [&] {
    return at::zeros(sizes(shape), tensor(index).options().dtype(at::kFloat)).scatter_(dimension, tensor(index), 1.0);
  });
}

ctorch_error ctorch_gather(ctorch_tensor a, int64_t dimension, ctorch_tensor index, ctorch_tensor *out) {
  return made(out, [&] { return at::gather(tensor(a), dimension, tensor(index)); });
}

ctorch_error ctorch_conv3d(
    ctorch_tensor input, ctorch_tensor weight, ctorch_tensor bias, int64_t padding, ctorch_tensor *out) {
  return made(out, [&] {
    return at::conv3d(tensor(input), tensor(weight), optional(bias), at::IntArrayRef(1), at::IntArrayRef(padding));
  });
}

ctorch_error ctorch_transposed_conv3d(
    ctorch_tensor input, ctorch_tensor weight, ctorch_tensor bias, int64_t stride, ctorch_tensor *out) {
  return made(out, [&] {
    return at::conv_transpose3d(tensor(input), tensor(weight), optional(bias), at::IntArrayRef(stride));
  });
}

ctorch_error ctorch_max_pool3d(ctorch_tensor input, int64_t size, ctorch_tensor *out) {
  return made(out, [&] { return at::max_pool3d(tensor(input), at::IntArrayRef(size)); });
}

ctorch_error ctorch_batch_norm(
    ctorch_tensor input, ctorch_tensor weight, ctorch_tensor bias, ctorch_tensor running_mean,
    ctorch_tensor running_variance, bool training, double momentum, double epsilon, ctorch_tensor *out) {
  return made(out, [&] {
    return at::batch_norm(
        tensor(input), optional(weight), optional(bias), optional(running_mean), optional(running_variance), training,
        momentum, epsilon, true);
  });
}

ctorch_error ctorch_instance_norm(
    ctorch_tensor input, ctorch_tensor weight, ctorch_tensor bias, double epsilon, ctorch_tensor *out) {
  return made(out, [&] {
    return at::instance_norm(tensor(input), optional(weight), optional(bias), {}, {}, true, 0.0, epsilon, true);
  });
}

ctorch_error ctorch_cross_entropy(ctorch_tensor logits, ctorch_tensor labels, ctorch_tensor *out) {
  return made(out, [&] { return at::cross_entropy_loss(tensor(logits), tensor(labels)); });
}
