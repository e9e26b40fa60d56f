#include "mnist/model/device.h"

#include <algorithm>
#include <charconv>

#include <ATen/Parallel.h>
#include <opencv2/core/utility.hpp>
#include <torch/cuda.h>
#include <torch/version.h>

#include "mnist/base/error.h"
#include "mnist/base/processors.h"

namespace mnist {
namespace {

int cuda_devices() {
  return torch::cuda::is_available() ? static_cast<int>(torch::cuda::device_count()) : 0;
}

// The N of "cuda:N", or -1.
int cuda_index(const std::string& name) {
  if (name == "cuda") return 0;
  int index = -1;
  if (!name.starts_with("cuda:")) return -1;
  const char* end = name.data() + name.size();
  const auto parsed = std::from_chars(name.data() + 5, end, index);
  return parsed.ec == std::errc() && parsed.ptr == end ? index : -1;
}

}  // namespace

bool is_device_name(const std::string& name) {
  return name == "auto" || name == "cpu" || cuda_index(name) >= 0;
}

torch::Device select_device(const std::string& name) {
  if (name == "cpu") return torch::kCPU;
  const int available = cuda_devices();
  if (name == "auto") return available > 0 ? torch::Device(torch::kCUDA, 0) : torch::kCPU;
  const int index = cuda_index(name);
  if (index < 0) {
    throw Error(ErrorKind::kUsage,
                "unknown device '" + name + "': choose auto, cpu, cuda or cuda:N");
  }
  if (available == 0) {
    throw Error(ErrorKind::kDevice,
                "device '" + name + "' was asked for, but no CUDA device is available");
  }
  if (index >= available) {
    throw Error(ErrorKind::kDevice, "device '" + name + "' was asked for, but there are only " +
                                        std::to_string(available) + " of them");
  }
  return {torch::kCUDA, static_cast<torch::DeviceIndex>(index)};
}

int set_threads(int threads) {
  if (threads < 0) {
    throw Error(ErrorKind::kUsage, "threads must be 0 (all processors) or more");
  }
  cv::setNumThreads(1);
  at::set_num_threads(threads == 0 ? available_processors() : threads);
  return at::get_num_threads();
}

std::string describe_torch() {
  const int devices = cuda_devices();
  std::string text = std::string("LibTorch ") + TORCH_VERSION + ", CPU";
  return devices == 0
             ? text + " (no CUDA device)"
             : text + " and " + std::to_string(devices) + " CUDA device" + (devices > 1 ? "s" : "");
}

}  // namespace mnist
