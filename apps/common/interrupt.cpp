#include "common/interrupt.h"

#include <csignal>

namespace mnist::app {
namespace {

volatile std::sig_atomic_t signal_came = 0;

extern "C" void remember(int /*signal*/) {
  signal_came = 1;
  // A second signal of either kind ends the process.
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

}  // namespace

void catch_interrupts() {
  std::signal(SIGINT, remember);
  std::signal(SIGTERM, remember);
}

bool interrupted() { return signal_came != 0; }

}  // namespace mnist::app
