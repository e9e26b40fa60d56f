#include "mnist/data/pixel_csv.h"

#include <fstream>

#include "mnist/base/error.h"

#include "support/environment.h"
#include "support/torch_catch.h"

namespace mnist {
namespace {

// A label and 784 pixels, where the one at `ink` is 255.
std::string line_of(int label, int ink) {
  std::string line = std::to_string(label);
  for (int i = 0; i < kDigitPixels; ++i) line += i == ink ? ",255" : ",0";
  return line + "\n";
}

DigitSet digits_of(const std::string& text) {
  const testing::TemporaryDirectory folder;
  std::ofstream(folder / "digits.csv") << text;
  return load_pixel_csv(folder / "digits.csv");
}

std::string problem_with(const std::string& text) {
  try {
    digits_of(text);
  } catch (const Error& error) {
    return error.message();
  }
  return "";
}

}  // namespace

TEST_CASE("a header says which column is the label", "[data]") {
  std::string header;
  std::string line;
  for (int i = 0; i < kDigitPixels; ++i) {
    header += "pixel" + std::to_string(i) + ",";
    line += i == 3 ? "200," : "0,";
  }
  const DigitSet digits = digits_of(header + "Class\n" + line + "7\n");
  CHECK(digits.labels[0].item<int>() == 7);
  CHECK(digits.images.flatten()[3].item<int>() == 200);
}

TEST_CASE("lines of label and pixels are digits, below a header or without one", "[data]") {
  for (const char* header : {"", "label,pixel0,and so on\n"}) {
    const DigitSet digits = digits_of(header + line_of(7, 0) + line_of(2, 783));
    REQUIRE(digits.size() == 2);
    CHECK(digits.labels[0].item<int>() == 7);
    CHECK(digits.images[0][0][0][0].item<int>() == 255);
    CHECK(digits.images[1][0][27][27].item<int>() == 255);
    CHECK(digits.images.sum().item<int>() == 2 * 255);
    CHECK(digits.images_sha256.size() == 64);
  }
}

TEST_CASE("what is wrong with a line of pixels is said", "[data]") {
  CHECK(problem_with("7,0,0\n") == "line 1: must contain a label and 784 pixels, not 3 fields");
  CHECK(problem_with(line_of(7, 1) + line_of(12, 1)) == "line 2: a label must be 0 to 9, not '12'");
  std::string large = line_of(7, 1);
  large.replace(large.find("255"), 3, "256");
  CHECK(problem_with(large) == "line 1: a pixel must be 0 to 255, not '256'");
  CHECK(problem_with("5.0" + line_of(5, 1).substr(1)) ==
        "line 1: a label must be 0 to 9, not '5.0'");
  CHECK(problem_with(std::string(1000, ',')) == "line 1: more than 785 fields");
  CHECK(problem_with("label,pixel0\n") == "contains no image");
  CHECK(problem_with("") == "contains no image");
}

}  // namespace mnist
