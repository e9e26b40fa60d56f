// What the flags mean, and doing it.
#pragma once

#include <filesystem>
#include <optional>
#include <ostream>

#include "mnist/train/config.h"
#include "mnist/train/run_directory.h"

#include "train/flags.h"
#include "train/launch.h"

namespace mnist::app::train {

struct Job {
  Flags flags;
  RunConfig config;                 // flags beat config beats defaults
  std::filesystem::path data;       // folder of the IDX files
  std::optional<RunDirectory> run;  // the run to resume; nothing for a new one
  std::optional<Launch> launch;     // this process's place among several
};

// Reads the config, finds data and run. Writes nothing. Throws Error. If there are several
// processes, rank 0 does so for all: the others learn of it in run().
Job resolve(const Flags& flags);

// Trains; results go to `out`, reports to the log. Returns the exit code. Nothing is written before
// data, device and config have been checked.
int run(Job& job, std::ostream& out);

}  // namespace mnist::app::train
