// Where the arithmetic runs.
#pragma once

#include <string>

#include <torch/types.h>

namespace mnist {

// Whether it is "auto", "cpu", "cuda" or "cuda:N", be there such a device or not.
bool is_device_name(const std::string& name);

// `name` is "auto" (CUDA where LibTorch sees a device, else the CPU), "cpu", "cuda" (device 0) or
// "cuda:N". Throws Error: kUsage for any other word, kDevice when the device asked for is absent.
torch::Device select_device(const std::string& name);

// Threads of LibTorch's CPU operators in this process; 0 takes available_processors(). Returns the
// number in force. OpenCV's own are switched off: pictures are worked on side by side, each by one
// thread. Throws Error{kUsage} below 0. Call it before the first operator runs.
int set_threads(int threads);

// For --version: "LibTorch 1.13.1, CPU (no CUDA device)".
std::string describe_torch();

}  // namespace mnist
