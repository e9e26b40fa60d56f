#include "common/threads.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <thread>

#include "mnist/base/available_memory.h"
#include "mnist/base/error.h"
#include "mnist/base/processors.h"
#include "mnist/base/thread.h"
#include "mnist/model/device.h"

namespace mnist::app {
namespace {

// The threads that LibTorch starts when told to use `count`: a pool for the whole machine, whatever
// the number, and OpenMP's.
int torch_threads(int count) {
  return std::max(count, static_cast<int>(std::thread::hardware_concurrency())) + count;
}

void require(int needed, int allowed) {
  if (needed <= allowed) return;
  throw Error(ErrorKind::kIo, "cannot start enough threads: " + std::to_string(needed) +
                                  " are needed, the system allows " + std::to_string(allowed));
}

}  // namespace

int usual_threads() {
  constexpr std::uint64_t kMebibyte = 1U << 20;
  constexpr std::uint64_t kOfTheProgram = 300 * kMebibyte;
  constexpr std::uint64_t kOfEachThread = 200 * kMebibyte;
  const std::uint64_t memory = available_memory();
  const std::uint64_t held =
      memory > kOfTheProgram ? (memory - kOfTheProgram) / kOfEachThread : std::uint64_t{1};
  const auto processors = static_cast<std::uint64_t>(available_processors());
  return static_cast<int>(std::clamp<std::uint64_t>(held, 1, processors));
}

int set_allowed_threads(int threads, int own_each, int own) {
  const auto needed = [&](int count) { return torch_threads(count) + own_each * count + own; };
  int count = threads == 0 ? usual_threads() : threads;
  const int allowed = startable_threads(needed(count));
  while (count > 1 && needed(count) > allowed) --count;
  require(needed(count), allowed);
  return set_threads(count);
}

int set_exact_threads(int threads) {
  const int needed = torch_threads(threads == 0 ? available_processors() : threads);
  require(needed, startable_threads(needed));
  return set_threads(threads);
}

}  // namespace mnist::app
