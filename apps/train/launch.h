// Which process of a parallel run this is, from the environment variables of its launcher: torchrun
// (or the same set by hand), OpenMPI's mpirun, Slurm's srun. docs/scaling.md lists them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace mnist::app::train {

struct Launch {
  int rank = 0;
  int size = 1;
  int local_rank = 0;   // among the processes on this machine: chooses the CUDA device
  int local_size = 1;   // how many share this machine's processors
  std::string address;  // where the processes meet
  std::uint16_t port = 29500;
  bool meeting_place_is_open = false;  // torchrun opens it; otherwise rank 0 does
  std::string attempt;                 // torchrun's restarts meet again in the same place

  bool leads() const { return rank == 0; }
};

// Nothing if this is the only process. Throws Error{kUsage} for variables that are contradictory or
// incomplete.
std::optional<Launch> launch_from_environment();

// "rank 2 of 4 (node7)"
std::string describe(const Launch& launch);

}  // namespace mnist::app::train
