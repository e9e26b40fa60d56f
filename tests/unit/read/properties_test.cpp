// What must not change the answer: where a digit is in its picture, its size, a slight turn, its
// tone, the paper, the light. And pictures of strange shapes, timed.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <future>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include <ATen/Parallel.h>
#include <opencv2/imgproc.hpp>

#include "mnist/digit/page.h"
#include "mnist/draw/digits.h"
#include "mnist/draw/hands.h"
#include "mnist/draw/scenes.h"
#include "mnist/read/reader.h"

#include "support/torch_catch.h"

namespace mnist {
namespace {

using Dice = std::mt19937_64;

struct Networks {
  Finder finder = load_finder(MNIST_SOURCE_DIR "/models/page.safetensors");
  Predictor predictor{load_model(MNIST_SOURCE_DIR "/models/digits.safetensors")};
};

// Torch's operators on the calling thread: if other programs are also running, its own threads take
// more time than they save.
struct OneThread {
  OneThread() { at::set_num_threads(1); }
  ~OneThread() { at::set_num_threads(before); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

  int before = at::get_num_threads();
};

// The answer for a picture of one digit; no digit if it is rejected.
struct Answer {
  std::optional<int> digit;
  std::optional<Rejection> rejection;

  friend bool operator==(const Answer&, const Answer&) = default;
};

Answer answer_to(const Image& image, Networks& networks) {
  const Prediction prediction = only_digit(read(image, networks.finder, networks.predictor));
  if (prediction.rejection) return {.digit = {}, .rejection = prediction.rejection};
  return {.digit = prediction.digit, .rejection = {}};
}

cv::Mat4b pixels_of(const Image& image) {
  cv::Mat4b pixels(image.height, image.width);
  std::copy(image.pixels.begin(), image.pixels.end(), pixels.data);
  return pixels;
}

Image image_of(const cv::Mat4b& pixels) {
  return {.width = pixels.cols,
          .height = pixels.rows,
          .format = PixelFormat::kRgba,
          .pixels = {pixels.data, pixels.data + pixels.total() * 4}};
}

double uniform(double low, double high, Dice& dice) {
  return std::uniform_real_distribution<double>(low, high)(dice);
}

// Paper on all four sides, in total `share` of the picture's own sides.
cv::Mat4b on_more_paper(const cv::Mat4b& picture, double left, double top, double share) {
  const auto part = [](int side, double of) { return cvRound(side * of); };
  cv::Mat4b larger;
  cv::copyMakeBorder(picture, larger, part(picture.rows, share * top),
                     part(picture.rows, share * (1 - top)), part(picture.cols, share * left),
                     part(picture.cols, share * (1 - left)), cv::BORDER_REPLICATE);
  return larger;
}

// Every colour by `change`, which takes and gives levels 0 to 255; alpha stays.
cv::Mat4b recoloured(cv::Mat4b picture, const std::function<double(double, int, int)>& change) {
  for (int y = 0; y < picture.rows; ++y) {
    for (int x = 0; x < picture.cols; ++x) {
      for (int c = 0; c < 3; ++c) {
        std::uint8_t& level = picture(y, x)[c];
        level = cv::saturate_cast<std::uint8_t>(change(level, x, y));
      }
    }
  }
  return picture;
}

cv::Mat4b shifted(const cv::Mat4b& picture, Dice& dice) {
  return on_more_paper(picture, uniform(0, 1, dice), uniform(0, 1, dice), 0.5);
}

cv::Mat4b scaled(const cv::Mat4b& picture, double factor) {
  cv::Mat4b result;
  cv::resize(picture, result, {}, factor, factor, factor < 1 ? cv::INTER_AREA : cv::INTER_LINEAR);
  return result;
}

// About the middle, on enough paper for the corners.
cv::Mat4b turned(const cv::Mat4b& picture, double degrees) {
  const cv::Mat4b larger = on_more_paper(picture, 0.5, 0.5, 0.3);
  const cv::Point2f middle(static_cast<float>(larger.cols) / 2,
                           static_cast<float>(larger.rows) / 2);
  cv::Mat4b result;
  cv::warpAffine(larger, result, cv::getRotationMatrix2D(middle, degrees, 1.0), larger.size(),
                 cv::INTER_LINEAR, cv::BORDER_REPLICATE);
  return result;
}

// Fibres and dents: smooth noise of `depth` grey levels, as a standard deviation.
cv::Mat4b on_textured_paper(const cv::Mat4b& picture, double depth, Dice& dice) {
  cv::Mat1f texture(picture.size());
  for (float& each : texture) each = static_cast<float>(uniform(-1, 1, dice));
  cv::GaussianBlur(texture, texture, {0, 0}, 1.5);
  cv::Scalar mean;
  cv::Scalar deviation;
  cv::meanStdDev(texture, mean, deviation);
  texture *= depth / deviation[0];
  return recoloured(picture.clone(),
                    [&](double level, int x, int y) { return level + texture(y, x); });
}

struct Property {
  const char* name;
  std::function<cv::Mat4b(const cv::Mat4b&, Dice&)> change;
};

const std::vector<Property>& properties() {
  static const std::vector<Property> all = {
      {"shifted", shifted},
      {"0.5 to 4 times the size",
       [](const cv::Mat4b& picture, Dice& dice) {
         return scaled(picture, std::exp2(uniform(-1, 2, dice)));
       }},
      {"turned up to 10 degrees",
       [](const cv::Mat4b& picture, Dice& dice) {
         return turned(picture, uniform(-10, 10, dice));
       }},
      {"inverted",
       [](const cv::Mat4b& picture, Dice&) {
         return recoloured(picture.clone(), [](double level, int, int) { return 255 - level; });
       }},
      {"on textured paper",
       [](const cv::Mat4b& picture, Dice& dice) {
         return on_textured_paper(picture, uniform(1, 4, dice), dice);
       }},
      {"in less light",
       [](const cv::Mat4b& picture, Dice& dice) {
         const double light = uniform(0.4, 1, dice);
         return recoloured(picture.clone(), [=](double level, int, int) { return light * level; });
       }},
  };
  return all;
}

int digits_to_draw() {
  const char* more = std::getenv("MNIST_PROPERTY_DIGITS");  // for a longer run
  return more == nullptr ? 100 : std::atoi(more);
}

// How many of the drawn digits `first`, `first` + 2, … get the same answer after each change.
std::vector<int> same_answers(int first, int digits) {
  const OneThread alone;
  Networks networks;
  std::vector<int> same(properties().size());
  for (int i = first; i < digits; i += 2) {
    Dice dice(static_cast<std::uint64_t>(i));
    const Drawing drawing = draw_digit(i % kClasses, draw_writer(dice), dice);
    const cv::Mat4b picture = pixels_of(photographed(drawing, Scene::kPlain, dice));
    const Answer before = answer_to(image_of(picture), networks);
    for (std::size_t p = 0; p < properties().size(); ++p) {
      const cv::Mat4b changed = properties()[p].change(picture, dice);
      same[p] += answer_to(image_of(changed), networks) == before ? 1 : 0;
    }
  }
  return same;
}

Image of_shape(int width, int height, PixelFormat format) {
  Image image{.width = width, .height = height, .format = format, .pixels = {}};
  image.pixels.resize(image.pixel_count() * static_cast<std::size_t>(image.channels()));
  return image;
}

// Checks that the answer does not take long, in processor time, which a busy machine does not
// stretch.
Answer answer_in_time(const Image& image, Networks& networks) {
  constexpr double kMostSeconds = 10;
  const std::clock_t start = std::clock();
  const Answer answer = answer_to(image, networks);
  CHECK(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC < kMostSeconds);
  return answer;
}

}  // namespace

TEST_CASE("place, size, turn, tone, paper and light leave 99 % of the answers as they were",
          "[read]") {
  const int digits = digits_to_draw();
  auto odd = std::async(std::launch::async, same_answers, 1, digits);
  const std::vector<int> even_same = same_answers(0, digits);
  const std::vector<int> odd_same = odd.get();
  for (std::size_t p = 0; p < properties().size(); ++p) {
    const int same = even_same[p] + odd_same[p];
    INFO(properties()[p].name << ": " << same << " of " << digits);
    CHECK(same >= 0.99 * digits);
  }
}

TEST_CASE("a digit in transposed channels is read like the others", "[read]") {
  const OneThread alone;
  Networks networks;
  for (int digit = 0; digit < kClasses; ++digit) {
    Dice dice(static_cast<std::uint64_t>(digit));
    cv::Mat4b picture = pixels_of(photographed(draw_digit(digit, dice), Scene::kColoured, dice));
    cv::cvtColor(picture, picture, cv::COLOR_BGRA2RGBA);
    answer_in_time(image_of(picture), networks);
  }
}

TEST_CASE("single pixels, strips and single colours are read in bounded time", "[read]") {
  const OneThread alone;
  Networks networks;
  const Image images[] = {
      of_shape(1, 1, PixelFormat::kGrey),         of_shape(1, 1, PixelFormat::kRgba),
      of_shape(2, 2, PixelFormat::kRgba),         of_shape(1, 10'000, PixelFormat::kGrey),
      of_shape(10'000, 1, PixelFormat::kRgba),    of_shape(3, 5'000, PixelFormat::kRgba),
      of_shape(1'000'000, 1, PixelFormat::kGrey), of_shape(5, 300'000, PixelFormat::kGrey),
      of_shape(1, 1'000'000, PixelFormat::kGrey), of_shape(300'000, 5, PixelFormat::kRgba),
      of_shape(5'000, 3, PixelFormat::kGrey),     of_shape(400, 300, PixelFormat::kRgba)};
  for (Image image : images) {
    for (const int level : {0, 127, 255}) {
      std::ranges::fill(image.pixels, static_cast<std::uint8_t>(level));
      INFO(image.width << " x " << image.height << ", level " << level);
      CHECK(answer_in_time(image, networks).rejection.has_value());
    }
    Dice dice(1);
    for (std::uint8_t& sample : image.pixels) sample = static_cast<std::uint8_t>(dice());
    INFO(image.width << " x " << image.height << ", noise");
    answer_in_time(image, networks);
  }
}

}  // namespace mnist
