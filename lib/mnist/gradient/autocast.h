// While it lives, Torch computes in bfloat16 whatever may be, in the calling thread: inputs and
// weights of convolutions and linear layers are rounded, parameters and losses stay float32.
// Internal to lib/mnist/gradient.
#pragma once

#include <ATen/autocast_mode.h>
#include <c10/core/Device.h>
#include <torch/version.h>

namespace mnist {

class Bfloat16Autocast {
 public:
  explicit Bfloat16Autocast(torch::Device device) : device_(device) {
    at::autocast::increment_nesting();
    enable(true);
  }
  ~Bfloat16Autocast() {
    enable(false);
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  }
  Bfloat16Autocast(const Bfloat16Autocast&) = delete;
  Bfloat16Autocast& operator=(const Bfloat16Autocast&) = delete;

 private:
  void enable(bool on) const {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
    at::autocast::set_autocast_dtype(device_.type(), at::kBFloat16);
    at::autocast::set_autocast_enabled(device_.type(), on);
#else
    if (device_.is_cuda()) {
      at::autocast::set_autocast_gpu_dtype(at::kBFloat16);
      at::autocast::set_enabled(on);
    } else {
      at::autocast::set_autocast_cpu_dtype(at::kBFloat16);
      at::autocast::set_cpu_enabled(on);
    }
#endif
  }

  torch::Device device_;
};

}  // namespace mnist
