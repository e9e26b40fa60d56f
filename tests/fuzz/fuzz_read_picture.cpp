// The whole way from a picture's bytes to its digits, with a time limit: whatever a picture shows,
// reading takes bounded time, and what is read is within the picture.
#include <cmath>
#include <ctime>
#include <numeric>
#include <optional>
#include <span>

#include <ATen/Parallel.h>

#include "mnist/image/decode.h"
#include "mnist/model/model_file.h"
#include "mnist/read/reader.h"

#include "fuzz.h"

using mnist::fuzz::accepted;
using mnist::fuzz::require;

namespace {

#if defined(__SANITIZE_ADDRESS__) || MNIST_FUZZING || !defined(NDEBUG)
constexpr double kMostSeconds = 30;
#else
constexpr double kMostSeconds = 3;
#endif

struct Networks {
  mnist::Finder finder = mnist::load_finder(MNIST_SOURCE_DIR "/models/page.safetensors");
  mnist::Predictor predictor{mnist::load_model(MNIST_SOURCE_DIR "/models/digits.safetensors")};

  Networks() { at::set_num_threads(1); }
};

Networks& networks() {
  static Networks all;
  return all;
}

void check_prediction(const mnist::Prediction& prediction) {
  const auto& probabilities = prediction.probabilities;
  for (const double each : probabilities) require(each >= 0 && each <= 1);
  if (!prediction.digit) return;
  require(*prediction.digit >= 0 && *prediction.digit < mnist::kClasses);
  const double sum = std::accumulate(probabilities.begin(), probabilities.end(), 0.0);
  require(std::abs(sum - 1) < 1e-6);
}

void check_find(const mnist::Find& find, double width, double height) {
  require(find.score >= 0 && find.score <= 1);
  require(find.box.x >= 0 && find.box.y >= 0 && find.box.width > 0 && find.box.height > 0);
  require(find.box.x + find.box.width <= width && find.box.y + find.box.height <= height);
  for (const float ink : find.digit.ink) require(ink >= 0 && ink <= 1);
  check_prediction(find.prediction);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Networks& all = networks();
  const std::clock_t start = std::clock();
  const auto image = accepted([&] {
    return mnist::decode_image(
        std::span(data, size),
        {.max_pixels = 1 << 26, .max_decoded_pixels = mnist::kMostUsefulPixels});
  });
  if (!image) return 0;
  const mnist::Page page = mnist::read(*image, all.finder, all.predictor);
  require(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC <= kMostSeconds);
  require(page.finds.size() <= mnist::kMostFinds);
  int row = 0;
  for (const mnist::Find& find : page.finds) {
    // One more pixel: boxes are rounded in pixels of the file.
    check_find(find, std::ceil(image->width * image->scale_x) + 1,
               std::ceil(image->height * image->scale_y) + 1);
    require(find.row >= row);
    row = find.row;
  }
  check_prediction(mnist::only_digit(page));
  return 0;
}
