#include "mnist/parallel/crew.h"

#include <atomic>
#include <cstddef>
#include <vector>

#include <pthread.h>

#include "support/catch.h"

namespace mnist {
namespace {

// Threads started while it lives ask for a stack that no machine has, so none start.
class NoMoreThreads {
 public:
  NoMoreThreads() {
    REQUIRE(pthread_getattr_default_np(&usual_) == 0);
    pthread_attr_t huge;
    REQUIRE(pthread_getattr_default_np(&huge) == 0);
    REQUIRE(pthread_attr_setstacksize(&huge, std::size_t{1} << 46) == 0);
    REQUIRE(pthread_setattr_default_np(&huge) == 0);
    pthread_attr_destroy(&huge);
  }
  ~NoMoreThreads() {
    pthread_setattr_default_np(&usual_);
    pthread_attr_destroy(&usual_);
  }
  NoMoreThreads(const NoMoreThreads&) = delete;
  NoMoreThreads& operator=(const NoMoreThreads&) = delete;

 private:
  pthread_attr_t usual_{};
};

}  // namespace

TEST_CASE("a crew does every piece of every round once", "[parallel]") {
  Crew crew(3);
  for (int round = 0; round < 2000; ++round) {
    const int pieces = round % 7;
    std::vector<std::atomic<int>> done(pieces);
    crew.run(pieces, [&](int piece, int worker) {
      if (worker >= 0 && worker < crew.size()) ++done[piece];
    });
    for (const auto& count : done) REQUIRE(count == 1);
  }
}

TEST_CASE("a crew that the system gives no threads does the work all the same", "[parallel]") {
  const NoMoreThreads none;
  Crew crew(4);
  CHECK(crew.size() == 1);
  std::vector<std::atomic<int>> done(9);
  crew.run(9, [&](int piece, int) { ++done[piece]; });
  for (const auto& count : done) CHECK(count == 1);
}

}  // namespace mnist
