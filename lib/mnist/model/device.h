// Where the arithmetic runs.
#pragma once

#include <string>

#include <torch/types.h>

namespace mnist {

// Whether it is "auto", "cpu", "cuda" or "cuda:N", whether or not there is such a device.
bool is_device_name(const std::string& name);

// `name` is "auto" (CUDA if LibTorch sees a device, else the CPU), "cpu", "cuda" (device 0) or
// "cuda:N". Throws Error: kUsage for any other word, kDevice if the requested device is absent.
torch::Device select_device(const std::string& name);

// Sets the threads of LibTorch's CPU operators in this process; 0 means available_processors().
// Returns the number in effect. OpenCV's own are switched off: pictures are processed in parallel.
// Throws Error{kUsage} below 0. Call it before the first operator runs.
int set_threads(int threads);

// For --version: "LibTorch 1.13.1, CPU (no CUDA device)".
std::string describe_torch();

}  // namespace mnist
