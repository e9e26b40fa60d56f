// mnist-train: a config and data -> a trained network and the record of how it came to be.
#include <iostream>
#include <limits>

#include "common/guard.h"
#include "train/flags.h"
#include "train/job.h"

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace {

// Every step allocates what the last one freed. Given back to the system in between, it is mapped
// and cleared again each time: a fifth of the page network's time.
void keep_freed_memory() {
#if defined(__GLIBC__)
  constexpr int kLargestAllowed = 32 << 20;
  mallopt(M_MMAP_THRESHOLD, kLargestAllowed);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  mallopt(M_TOP_PAD, kLargestAllowed);
#endif
}

}  // namespace

int main(int argc, char** argv) {
  using namespace mnist::app;
  return guard("mnist-train", [&] {
    const train::Flags flags = train::parse(argc, argv);
    keep_freed_memory();
    train::Job job = train::resolve(flags);
    return train::run(job, std::cout);
  });
}
