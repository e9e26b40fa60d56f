#include "mnist/parallel/crew.h"

#include <algorithm>
#include <system_error>

namespace mnist {
namespace {

void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

// How often to look for new work before asking the system to be woken: tens of microseconds.
constexpr int kLooks = 1000;

}  // namespace

Crew::Crew(int threads) {
  helpers_.reserve(std::max(0, threads - 1));
  try {
    for (int worker = 1; worker < threads; ++worker) {
      helpers_.emplace_back([this, worker] { help(worker); });
    }
  } catch (const std::system_error&) {  // a limit on threads or memory
  }
}

Crew::~Crew() {
  stop_.store(true);
  round_.fetch_add(1);
  round_.notify_all();
  for (std::thread& helper : helpers_) helper.join();
}

void Crew::run(int pieces, Function function, void* context) {
  if (pieces <= 0) return;
  function_ = function;
  context_ = context;
  unfinished_.store(pieces);
  const std::uint32_t round = round_.load() + 1;
  open_.store(std::uint64_t{round} << 32 | static_cast<std::uint32_t>(pieces));
  round_.store(round);
  round_.notify_all();
  claim(round, 0);
  for (int looks = 0;; ++looks) {
    const int left = unfinished_.load();
    if (left == 0) break;
    if (looks < kLooks) {
      relax();
    } else {
      unfinished_.wait(left);
    }
  }
}

void Crew::claim(std::uint32_t round, int worker) {
  std::uint64_t open = open_.load();
  while (open >> 32 == round && static_cast<std::uint32_t>(open) != 0) {
    if (!open_.compare_exchange_weak(open, open - 1)) continue;
    function_(context_, static_cast<int>(static_cast<std::uint32_t>(open)) - 1, worker);
    if (unfinished_.fetch_sub(1) == 1) unfinished_.notify_one();
    open = open_.load();
  }
}

void Crew::help(int worker) {
  std::uint32_t seen = 0;
  for (;;) {
    for (int looks = 0; round_.load() == seen && looks < kLooks; ++looks) relax();
    round_.wait(seen);
    if (stop_.load()) return;
    seen = round_.load();
    claim(seen, worker);
  }
}

}  // namespace mnist
