// Processes that found each other over the network: a Communicator over LibTorch's c10d, with Gloo
// for tensors on the CPU and, if LibTorch has it, NCCL for those on CUDA devices.
//
// Rank 0 (or whoever started the processes) opens a store at address:port, where every rank says
// how it can be reached; tensors then go directly from rank to rank, over the network interface
// that leads to that address. Needs a LibTorch built with Gloo, and Gloo's headers.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "mnist/parallel/communicator.h"

namespace mnist {

struct ProcessGroupOptions {
  int rank = 0;
  int size = 1;
  std::string address;  // of the store: a name or an IP address
  std::uint16_t port = 29500;
  bool opens_store = false;    // whether this process does
  std::string name = "mnist";  // distinguishes groups that share a store
  // How long to wait for the others, at the start and at each exchange. A process that ends is
  // noticed at once; this is for a machine or a network that falls silent.
  std::chrono::seconds timeout{30};
};

// Whether this build can make process groups.
bool has_process_groups();

// Blocks until all ranks have joined. Throws Error: kIo if they have not after the timeout or the
// store cannot be reached or opened, kUnsupported if has_process_groups() is false.
std::unique_ptr<Communicator> join_process_group(const ProcessGroupOptions& options);

}  // namespace mnist
