// Every program, with one fault after the other.
#include <cstdlib>

#include "faults/fixtures.h"
#include "faults/sweep.h"
#include "support/catch.h"
#include "support/environment.h"

namespace mnist::testing {
namespace {

// Faults of files that are read, of files that are written, and of printed output.
const std::vector<FaultKind> kReading = {{"open", {"EIO", "EMFILE", "EINTR"}},
                                         {"read", {"EIO", "EINTR", "SHORT"}},
                                         {"stat", {"EIO", "EACCES", "EINTR"}},
                                         {"list", {"EIO"}},
                                         {"mmap", {"ENOMEM"}}};
const std::vector<FaultKind> kWriting = {{"write", {"EIO", "ENOSPC", "EINTR", "SHORT"}},
                                         {"fsync", {"EIO", "EINTR"}},
                                         {"rename,mkdir,link", {"EIO", "EROFS"}},
                                         {"lock", {"EINTR"}}};
const std::vector<FaultKind> kPrinting = {{"write", {"EIO", "ENOSPC", "SHORT"}, "pipe:"}};
// Files that become shorter while they are read.
const std::vector<FaultKind> kShrinking = {{"read", {"END"}}};

// Every third way, by turns.
std::vector<FaultKind> third_of(const std::vector<FaultKind>& kinds, std::size_t turn) {
  std::vector<FaultKind> third;
  std::size_t number = turn;
  for (const FaultKind& kind : kinds) {
    third.push_back({.calls = kind.calls, .how = {}, .under = kind.under});
    for (const std::string& how : kind.how) {
      if (number++ % 3 == 0) third.back().how.push_back(how);
    }
  }
  return third;
}

// All of them if MNIST_FAULTS is set; else a third, taking turns, since programs share the code
// that reads and writes.
void sweep_all(const Scenario& scenario, std::size_t turn, bool shrinking = true) {
  injection_or_skip();
  std::vector<FaultKind> kinds = kReading;
  kinds.insert(kinds.end(), kWriting.begin(), kWriting.end());
  kinds.insert(kinds.end(), kPrinting.begin(), kPrinting.end());
  if (shrinking) kinds.insert(kinds.end(), kShrinking.begin(), kShrinking.end());
  const bool all = std::getenv("MNIST_FAULTS") != nullptr;
  sweep(scenario, all ? kinds : third_of(kinds, turn), faults_of_each());
}

}  // namespace

TEST_CASE("mnist-train loses nothing", "[faults][train]") { sweep_all(training(), 0); }

TEST_CASE("mnist-predict loses nothing", "[faults][predict]") {
  // In a folder, a file that is empty when it is checked is not a picture.
  sweep_all(predicting(), 1, false);
  sweep_all(dumping(), 2);
}

TEST_CASE("mnist-eval loses nothing", "[faults][eval]") { sweep_all(evaluating(), 1); }

TEST_CASE("mnist-export loses nothing", "[faults][export]") { sweep_all(exporting(), 2); }

TEST_CASE("mnist-generate loses nothing", "[faults][generate]") { sweep_all(generating(), 1); }

TEST_CASE("mnist-data loses nothing", "[faults][data]") { sweep_all(converting(), 0); }

}  // namespace mnist::testing
