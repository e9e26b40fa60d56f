#include "mnist/report/number_text.h"

#include <cstdlib>
#include <limits>

#include "support/catch.h"

namespace mnist {

TEST_CASE("numbers for people have a fixed number of decimals, correctly rounded", "[report]") {
  CHECK(fixed_text(0.12345678, 4) == "0.1235");
  CHECK(fixed_text(0.03125, 4) == "0.0312");  // a true tie goes to the even digit
  CHECK(fixed_text(1.0, 4) == "1.0000");
  CHECK(fixed_text(0.0, 1) == "0.0");
  CHECK(fixed_text(1e300, 0).size() == 301);
}

TEST_CASE("numbers for programs read back as the same double", "[report]") {
  for (const double value : {0.1, 1.0 / 3.0, 0.99640000000000001, 5e-324, 1e22}) {
    CHECK(std::strtod(unrounded_text(value).c_str(), nullptr) == value);
  }
  CHECK(unrounded_text(0.1) == "0.1");
}

TEST_CASE("an undefined number is nan, whatever its sign bit", "[report]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(fixed_text(nan, 4) == "nan");
  CHECK(fixed_text(-nan, 4) == "nan");
  CHECK(unrounded_text(-nan) == "nan");
}

}  // namespace mnist
