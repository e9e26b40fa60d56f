#include "mnist/metrics/comparison.h"

#include "mnist/base/error.h"

#include "support/catch.h"

namespace mnist {

TEST_CASE("a paired comparison names the images that changed sides", "[metrics]") {
  const PairedComparison result =
      compare_paired({true, true, false, false, true}, {true, false, true, false, false});
  CHECK(result.both_right == 1);
  CHECK(result.both_wrong == 1);
  CHECK(result.only_first == std::vector<std::int64_t>{1, 4});
  CHECK(result.only_second == std::vector<std::int64_t>{2});
  CHECK(result.p_value == 1.0);
}

TEST_CASE("McNemar's test doubles the binomial tail", "[metrics]") {
  CHECK(mcnemar_exact(0, 6) == 2.0 / 64);
  CHECK(mcnemar_exact(6, 0) == 2.0 / 64);
  CHECK(mcnemar_exact(1, 4) == 2.0 * (1 + 5) / 32);
  CHECK(mcnemar_exact(3, 3) == 1.0);
}

TEST_CASE("models that never disagree are not told apart", "[metrics]") {
  CHECK(mcnemar_exact(0, 0) == 1.0);
  CHECK(compare_paired({}, {}).p_value == 1.0);
}

TEST_CASE("McNemar's test neither overflows nor hangs on great counts", "[metrics]") {
  CHECK(mcnemar_exact(0, 5'000'000) == 0.0);
  CHECK(mcnemar_exact(1'000'000, 1'000'000) == 1.0);
  CHECK(mcnemar_exact(999'000, 1'001'000) == Approx(0.1573).epsilon(1e-2));
}

TEST_CASE("models judged on different numbers of images are not compared", "[metrics]") {
  CHECK_THROWS_AS(compare_paired({true}, {}), Error);
  CHECK_THROWS_AS(mcnemar_exact(-1, 3), Error);
}

}  // namespace mnist
