// The shipped models on pictures that are drawn here.
#include "mnist/read/reader.h"

#include <algorithm>
#include <chrono>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "mnist/base/error.h"
#include "mnist/draw/hands.h"
#include "mnist/draw/page.h"
#include "mnist/draw/scenes.h"
#include "mnist/report/prediction_lines.h"

#include "support/torch_catch.h"

namespace mnist {
namespace {

const Finder& shipped_finder() {
  static const Finder finder = load_finder(MNIST_SOURCE_DIR "/models/page.safetensors");
  return finder;
}

Predictor& shipped_predictor() {
  static Predictor predictor(load_model(MNIST_SOURCE_DIR "/models/digits.safetensors"));
  return predictor;
}

Page reading_of(const Image& image) { return read(image, shipped_finder(), shipped_predictor()); }

std::string text_of(const Image& image) {
  return digit_text({.path = "", .outcome = page_prediction(reading_of(image))});
}

Image blank(int width, int height, std::uint8_t level) {
  Image image{.width = width, .height = height, .format = PixelFormat::kGrey, .pixels = {}};
  image.pixels.assign(image.pixel_count(), level);
  return image;
}

void fill(Image& image, const Box& box, std::uint8_t level) {
  for (int y = box.y; y < box.y + box.height; ++y) {
    for (int x = box.x; x < box.x + box.width; ++x) {
      image.pixels[static_cast<std::size_t>(y) * image.width + x] = level;
    }
  }
}

double seconds_for(const Image& image) {
  const auto start = std::chrono::steady_clock::now();
  shipped_finder().find(image);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

TEST_CASE("drawn digits are read, in every scene", "[read]") {
  int right = 0;
  constexpr int kCount = 10 * kScenes;
  for (int i = 0; i < kCount; ++i) {
    std::mt19937_64 engine(static_cast<std::uint64_t>(i));
    const Drawing drawing = draw_digit(i % kClasses, engine);
    const Image picture = photographed(drawing, Scene(i % kScenes), engine);
    right += only_digit(reading_of(picture), false).digit == i % kClasses ? 1 : 0;
  }
  INFO(right << " of " << kCount);
  CHECK(right > 0.9 * kCount);
}

TEST_CASE("a 1 with a long up-stroke is a 1, a crossed 7 a 7", "[read]") {
  const auto is_read = [](int digit, std::string_view style, std::uint64_t seed) {
    std::mt19937_64 engine(seed);
    const Image picture = photographed(draw_digit(digit, style, engine), Scene::kPlain, engine);
    return only_digit(reading_of(picture), false).digit == digit;
  };
  const auto share_read = [&](int digit, std::string_view family) {
    double right = 0;
    double all = 0;
    for (const std::string_view style : style_names(digit)) {
      for (std::uint64_t seed = 0; seed < 5 && style.starts_with(family); ++seed) {
        right += is_read(digit, style, seed) ? 1 : 0;
        ++all;
      }
    }
    REQUIRE(all > 0);
    return right / all;
  };
  CHECK(share_read(1, "long-flag") > 0.8);
  CHECK(share_read(7, "crossed") > 0.9);
}

TEST_CASE("the rows of a page are read in order", "[read]") {
  const PageOptions options = {.width = 320,
                               .height = 240,
                               .least_digit = 20,
                               .huge = 0,
                               .tiny = 0,
                               .small_picture = 0,
                               .empty = 0,
                               .rows_only = true,
                               .images = {}};
  int same = 0;
  int all = 0;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    std::mt19937_64 engine(seed);
    const DrawnPage page = draw_page(options, engine);
    const std::string text = text_of(page.picture);
    // How much of the text is in the same order: the longest common subsequence.
    std::vector<int> longest(text.size() + 1, 0);
    for (const char c : page.text) {
      int diagonal = 0;
      for (std::size_t j = 0; j < text.size(); ++j) {
        const int above = longest[j + 1];
        longest[j + 1] = c == text[j] ? diagonal + 1 : std::max(above, longest[j]);
        diagonal = above;
      }
    }
    same += longest.back();
    all += static_cast<int>(page.text.size());
  }
  INFO(same << " of " << all);
  CHECK(same > 0.75 * all);
}

TEST_CASE("paper with nothing but lines and edges holds no digit", "[read]") {
  CHECK(only_digit(reading_of(blank(300, 200, 255))).rejection == Rejection::kBlank);
  CHECK(only_digit(reading_of(blank(28, 28, 0))).rejection == Rejection::kBlank);
  CHECK(only_digit(reading_of(blank(1, 1, 128))).rejection == Rejection::kBlank);
  Image scan = blank(400, 560, 240);
  fill(scan, {380, 0, 20, 560}, 20);
  CHECK(page_prediction(reading_of(scan)).digits.empty());
  Image cell = blank(120, 120, 250);
  fill(cell, {0, 0, 4, 120}, 30);
  fill(cell, {0, 116, 120, 4}, 30);
  CHECK(page_prediction(reading_of(cell)).digits.empty());
}

TEST_CASE("a picture in MNIST's form passes unchanged, in either tone", "[read]") {
  std::mt19937_64 engine(2);
  const Digit digit = render_digit(draw_digit(5, engine));
  Image image = blank(28, 28, 0);
  for (const bool inverted : {false, true}) {
    std::transform(digit.ink.begin(), digit.ink.end(), image.pixels.begin(), [&](float ink) {
      return static_cast<std::uint8_t>(255 * (inverted ? 1 - ink : ink) + 0.5F);
    });
    const Page page = shipped_finder().find(image);
    REQUIRE(page.finds.size() == 1);
    double most = 0;
    for (int i = 0; i < kDigitPixels; ++i) {
      most =
          std::max(most, static_cast<double>(std::abs(page.finds[0].digit.ink[i] - digit.ink[i])));
    }
    CHECK(most < 0.003);
  }
}

TEST_CASE("a find of the wrong tone is left out where the tone is given", "[read]") {
  std::mt19937_64 engine(8);
  const Image picture = photographed(draw_digit(3, engine), Scene::kPlain, engine);
  const auto digits = [&](Polarity polarity) {
    const Page page = shipped_finder().find(picture, polarity);
    return std::ranges::count(page.finds, FindKind::kDigit, &Find::kind);
  };
  CHECK(digits(Polarity::kDarkOnLight) == 1);
  CHECK(digits(Polarity::kLightOnDark) == 0);
}

TEST_CASE("boxes are in pixels of the file", "[read]") {
  std::mt19937_64 engine(8);
  Image picture = photographed(draw_digit(3, engine), Scene::kPlain, engine);
  const Page first = shipped_finder().find(picture);
  picture.scale_x = 2;
  picture.scale_y = 3;
  const Page second = shipped_finder().find(picture);
  REQUIRE(surest_digit(first) != nullptr);
  const Box once = surest_digit(first)->box;
  const Box scaled = surest_digit(second)->box;
  CHECK(scaled == Box{2 * once.x, 3 * once.y, 2 * once.width, 3 * once.height});
}

TEST_CASE("hostile pictures take no longer than their pixels", "[read]") {
  std::mt19937_64 engine(1);
  Image noise = blank(2000, 2000, 0);
  for (std::uint8_t& level : noise.pixels) level = static_cast<std::uint8_t>(engine());
  Image nested = blank(2000, 2000, 255);
  for (int i = 0; i < 900; i += 12) {
    fill(nested, {i, i, 2000 - 2 * i, 4}, 0);
    fill(nested, {i, i, 4, 2000 - 2 * i}, 0);
  }
  Image strip = blank(60000, 12, 255);
  for (int x = 0; x + 2 < 60000; x += 9) fill(strip, {x, 2, 2, 8}, 0);
  for (const Image& image : {noise, nested, strip}) CHECK(seconds_for(image) < 20);
}

TEST_CASE("a model of another kind does not find digits, nor a finder classify", "[read]") {
  CHECK_THROWS_AS(load_finder(MNIST_SOURCE_DIR "/models/digits.safetensors"), Error);
  CHECK_THROWS_AS(load_model(MNIST_SOURCE_DIR "/models/page.safetensors"), Error);
}

}  // namespace mnist
