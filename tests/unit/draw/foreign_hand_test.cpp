#include "mnist/draw/foreign_hand.h"

#include <random>

#include "mnist/base/error.h"
#include "mnist/draw/handwriting.h"

#include "support/catch.h"

namespace mnist {

TEST_CASE("a foreign digit fills the unit square, and is the same for the same state", "[draw]") {
  for (int digit = 0; digit < kClasses; ++digit) {
    CAPTURE(digit);
    std::mt19937_64 a(7);
    std::mt19937_64 b(7);
    const Drawing drawing = draw_foreign_digit(digit, a);
    CHECK(drawing.strokes == draw_foreign_digit(digit, b).strokes);
    CHECK(drawing.strokes != draw_foreign_digit(digit, a).strokes);
    const pen::Bounds bounds = pen::bounds_of(drawing.strokes);
    CHECK(bounds.longer_side() == Approx(1.0));
    CHECK(bounds.left >= -1e-9);
    CHECK(bounds.bottom <= 1 + 1e-9);
  }
}

TEST_CASE("what is no digit has no foreign form", "[draw]") {
  std::mt19937_64 engine(1);
  CHECK_THROWS_AS(draw_foreign_digit(10, engine), Error);
  CHECK_THROWS_AS(draw_foreign_digit(-1, engine), Error);
}

}  // namespace mnist
