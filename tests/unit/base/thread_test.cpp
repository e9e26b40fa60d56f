#include "mnist/base/thread.h"

#include <atomic>

#include "support/catch.h"

namespace mnist {

TEST_CASE("threads that the system allows can be counted, and started", "[base]") {
  CHECK(startable_threads(0) == 0);
  CHECK(startable_threads(5) == 5);
  std::atomic<int> ran = 0;
  start_thread([&] { ran = 7; }).join();
  CHECK(ran == 7);
}

}  // namespace mnist
