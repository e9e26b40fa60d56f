#include "cli/fixtures.h"

#include <fstream>
#include <iterator>
#include <random>
#include <sstream>
#include <stdexcept>

#include "mnist/bytes/file.h"
#include "mnist/digit/picture.h"
#include "mnist/draw/digits.h"
#include "mnist/image/encode.h"

#include "support/catch.h"
#include "support/environment.h"

namespace mnist::testing {
namespace {

namespace fs = std::filesystem;

const TemporaryDirectory& shared_folder() {
  static const TemporaryDirectory folder;
  return folder;
}

void must_succeed(const std::string& program, const std::vector<std::string>& arguments) {
  const Outcome outcome = run_program(program, arguments);
  if (outcome.exit_code != 0) throw std::runtime_error(program + " failed: " + outcome.err);
}

// Two drawn digits side by side, light on black, six times as large as 28x28.
Image side_by_side(int left, int right) {
  constexpr int kScale = 6;
  constexpr int kSide = kDigitSide * kScale;
  Image both{.width = 2 * kSide, .height = kSide, .format = PixelFormat::kGrey, .pixels = {}};
  std::mt19937_64 engine(1);
  std::vector<Image> seen;
  for (const int digit : {left, right}) {
    seen.push_back(picture_of(render_digit(draw_digit(digit, engine))));
  }
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < 2 * kSide; ++x) {
      both.pixels.push_back(
          seen[x / kSide].pixels[(y / kScale) * kDigitSide + (x % kSide) / kScale]);
    }
  }
  return both;
}

}  // namespace

const fs::path& generated_data() {
  static const fs::path folder = [] {
    const fs::path made = shared_folder() / "data";
    must_succeed("mnist-generate",
                 {"--out", made.string(), "--train", "2000", "--test", "500", "--seed", "7"});
    return made;
  }();
  return folder;
}

std::string small_config() {
  return R"({
    "model": {"channels": [8, 16], "hidden": 32},
    "data": {"validation": 200},
    "training": {"epochs": 4, "batch_size": 64},
    "optimizer": {"name": "adamw", "learning_rate": 0.01},
    "threads": 1
  })";
}

const fs::path& small_run() {
  static const fs::path folder = [] {
    const fs::path config = shared_folder() / "small.json";
    const fs::path made = shared_folder() / "run";
    write_text(config, small_config());
    must_succeed("mnist-train", {"--config", config.string(), "--data", generated_data().string(),
                                 "--out", made.string(), "-q"});
    return made;
  }();
  return folder;
}

const std::vector<std::string>& pictures() {
  static const std::vector<std::string> paths = [] {
    const fs::path made = shared_folder() / "pictures";
    const Outcome outcome = run_program(
        "mnist-generate", {"--pictures", "--count", "10", "--out", made.string(), "--seed", "3"});
    return lines_of(outcome.out);
  }();
  return paths;
}

std::string png_of_42() {
  const auto png = encode_png(side_by_side(4, 2));
  return {png.begin(), png.end()};
}

// TIFF 6.0, little-endian, grey, uncompressed, a strip a page.
std::string tiff_of(const std::vector<int>& digits) {
  std::string file("II*\0", 4);
  const auto add = [&](std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) file += static_cast<char>(value >> (8 * i));
  };
  constexpr std::uint32_t kFields = 8;
  for (const int digit : digits) {
    std::mt19937_64 engine(static_cast<std::uint64_t>(digit));
    const Image image = render_picture(draw_digit(digit, engine));
    // The pixels follow the offset of the directory, then the directory.
    add(static_cast<std::uint32_t>(file.size() + 4 + image.pixels.size()), 4);
    const auto pixels = static_cast<std::uint32_t>(file.size());
    file.append(image.pixels.begin(), image.pixels.end());
    const auto field = [&](std::uint32_t tag, std::uint32_t value) {
      add(tag, 2);
      add(4, 2);  // LONG
      add(1, 4);
      add(value, 4);
    };
    add(kFields, 2);
    field(256, static_cast<std::uint32_t>(image.width));
    field(257, static_cast<std::uint32_t>(image.height));
    field(258, 8);  // bits a sample
    field(259, 1);  // uncompressed
    field(262, 1);  // black is 0
    field(273, pixels);
    field(278, static_cast<std::uint32_t>(image.height));  // rows a strip
    field(279, static_cast<std::uint32_t>(image.pixels.size()));
  }
  add(0, 4);
  return file;
}

void write_text(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

void check_one_error_line(const Outcome& outcome, const std::string& text) {
  INFO(outcome.err);
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.out.empty());
  CHECK(lines_of(outcome.err).size() == 1);
  CHECK(outcome.err.starts_with("mnist-train: "));
  CHECK(outcome.err.find(text) != std::string::npos);
}

}  // namespace mnist::testing
