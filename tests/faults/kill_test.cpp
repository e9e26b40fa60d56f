// mnist-train killed after each of the system calls that write its run.
#include "faults/fixtures.h"
#include "faults/sweep.h"
#include "support/catch.h"

namespace mnist::testing {

TEST_CASE("killed after any call that writes, a training goes on to the same weights",
          "[faults][kill]") {
  injection_or_skip();
  constexpr std::size_t kKills = 8;
  sweep(training(), {{"open,write,fsync,rename,mkdir,unlink", {"KILL"}}},
        kKills * faults_of_each());
}

}  // namespace mnist::testing
