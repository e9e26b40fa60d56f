// mnist-train: a config and data -> a trained network and the record of its training.
#include <iostream>

#include "common/guard.h"
#include "train/flags.h"
#include "train/job.h"

int main(int argc, char** argv) {
  using namespace mnist::app;
  return guard("mnist-train", [&] {
    const train::Flags flags = train::parse(argc, argv);
    train::Job job = train::resolve(flags);
    return train::run(job, std::cout);
  });
}
