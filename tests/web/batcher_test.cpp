#include "serve/batcher.h"

#include <atomic>
#include <span>
#include <stdexcept>
#include <thread>
#include <vector>

#include "support/catch.h"

namespace mnist::testing {

using app::serve::Batcher;

TEST_CASE("questions asked together are answered each with its own", "[server]") {
  Batcher batcher([](std::span<const NormalizedDigit> digits) {
    std::vector<Prediction> answers;
    for (const NormalizedDigit& digit : digits) {
      if (digit.box.x < 0) throw std::runtime_error("negative");
      answers.emplace_back().confidence = digit.box.x;
    }
    return answers;
  });
  std::vector<std::thread> askers;
  std::atomic<int> wrong = 0;
  for (int asker = 0; asker < 8; ++asker) {
    askers.emplace_back([&, asker] {
      for (int i = 0; i < 200; ++i) {
        std::vector<NormalizedDigit> digits(1 + i % 3);
        for (NormalizedDigit& digit : digits) digit.box.x = 1000 * asker + i;
        const auto answers = batcher.predict(digits);
        if (answers.size() != digits.size() || answers.back().confidence != 1000 * asker + i) {
          ++wrong;
        }
      }
    });
  }
  for (std::thread& asker : askers) asker.join();
  CHECK(wrong == 0);
  std::vector<NormalizedDigit> bad(1);
  bad[0].box.x = -1;
  CHECK_THROWS_WITH(batcher.predict(bad), "negative");
}

}  // namespace mnist::testing
