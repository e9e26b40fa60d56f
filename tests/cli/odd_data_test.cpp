// Every kind of odd data gets its warning from the programs before any training, and normal data
// get none.
#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "mnist/bytes/file.h"
#include "mnist/bytes/idx.h"

#include "cli/fixtures.h"
#include "support/catch.h"
#include "support/environment.h"
#include "support/process.h"

namespace mnist::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPixels = 784;

IdxPair drawn_digits() {
  const auto file = [](const char* name) { return read_file(generated_data() / name, 1 << 24); };
  return {.images = parse_idx_images(file("train-images-idx3-ubyte")),
          .labels = parse_idx_labels(file("train-labels-idx1-ubyte")),
          .images_sha256 = {},
          .labels_sha256 = {}};
}

void for_each_byte(IdxPair& digits, const std::function<int(int)>& change) {
  for (std::uint8_t& byte : digits.images.pixels) byte = static_cast<std::uint8_t>(change(byte));
}

// Each pixel from where `from` says: row and column -> row and column.
void move_pixels(IdxPair& digits, const std::function<std::pair<int, int>(int, int)>& from) {
  const std::vector<std::uint8_t> before = digits.images.pixels;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const auto pixel = static_cast<int>(i % kPixels);
    const auto [row, column] = from(pixel / 28, pixel % 28);
    digits.images.pixels[i] = before[i - i % kPixels + static_cast<std::size_t>(28 * row + column)];
  }
}

// Removes the images of `label` beyond the first `kept`.
void drop(IdxPair& digits, int label, int kept) {
  IdxPair rest = digits;
  rest.images.pixels.clear();
  rest.labels.labels.clear();
  for (std::size_t i = 0; i < digits.labels.labels.size(); ++i) {
    if (digits.labels.labels[i] == label && --kept < 0) continue;
    const auto image = digits.images.pixels.begin() + static_cast<std::ptrdiff_t>(kPixels * i);
    rest.images.pixels.insert(rest.images.pixels.end(), image, image + kPixels);
    rest.labels.labels.push_back(digits.labels.labels[i]);
  }
  rest.images.count = static_cast<std::uint32_t>(rest.labels.labels.size());
  digits = std::move(rest);
}

struct OddSet {
  const char* what;
  std::function<void(IdxPair&)> change;
  const char* warning;
};

const std::vector<OddSet>& odd_sets() {
  static const std::vector<OddSet> sets = {
      {"transposed, as EMNIST",
       [](IdxPair& d) { move_pixels(d, [](int y, int x) { return std::pair(x, y); }); },
       "set orientation to transposed"},
      {"mirrored",
       [](IdxPair& d) { move_pixels(d, [](int y, int x) { return std::pair(y, 27 - x); }); },
       "set orientation to mirrored"},
      {"upside down",
       [](IdxPair& d) { move_pixels(d, [](int y, int x) { return std::pair(27 - y, 27 - x); }); },
       "set orientation to upside-down"},
      {"inverted", [](IdxPair& d) { for_each_byte(d, [](int b) { return 255 - b; }); },
       "dark digits on white, not white on black: set invert"},
      {"0 and 1", [](IdxPair& d) { for_each_byte(d, [](int b) { return b > 127 ? 1 : 0; }); },
       "its bytes are 0 and 1: multiply them by 255"},
      {"a class missing", [](IdxPair& d) { drop(d, 6, 0); }, "no image of 6"},
      {"a class rare", [](IdxPair& d) { drop(d, 6, 2); }, "few images of 6 (2 images)"},
      {"equal images",
       [](IdxPair& d) {
         for (std::size_t i = 0; i < 1000; ++i) {
           std::copy_n(d.images.pixels.begin(), kPixels,
                       d.images.pixels.begin() + static_cast<std::ptrdiff_t>(kPixels * i));
         }
       },
       "images equal to an earlier one"},
      {"empty images",
       [](IdxPair& d) { std::fill_n(d.images.pixels.begin(), 3 * kPixels, std::uint8_t{0}); },
       "3 images of one level: nothing is on them"},
      {"labels of other images",
       [](IdxPair& d) { std::ranges::rotate(d.labels.labels, d.labels.labels.begin() + 1); },
       "the labels do not fit the images, however these lie"},
  };
  return sets;
}

// Everything that mnist-train says before training on the folder's files.
Outcome dry_run(const fs::path& folder) {
  const TemporaryDirectory place;
  write_text(place / "config.json", small_config());
  return run_program("mnist-train", {"--config", (place / "config.json").string(), "--out",
                                     (place / "run").string(), "--data", folder.string(),
                                     "--dry-run", "--threads", "1"});
}

// The generated data, the training files replaced.
void write_data(const fs::path& folder, const IdxPair& train) {
  write_file_atomically(folder / "train-images-idx3-ubyte", serialize_idx(train.images));
  write_file_atomically(folder / "train-labels-idx1-ubyte", serialize_idx(train.labels));
  for (const char* name : {"t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}) {
    fs::copy_file(generated_data() / name, folder / name);
  }
}

void check_clean(const fs::path& data, const std::string& set) {
  const Outcome check = run_program("mnist-data", {"check", set, "--threads", "1"});
  INFO(check.out);
  CHECK(check.exit_code == 0);
  CHECK(check.out.empty());
  const Outcome training = dry_run(data);
  INFO(training.err);
  CHECK(training.exit_code == 0);
  CHECK(training.err.find(set) == std::string::npos);
}

}  // namespace

TEST_CASE("every odd set gets its warning from mnist-data and mnist-train", "[data]") {
  const IdxPair digits = drawn_digits();
  for (const OddSet& odd : odd_sets()) {
    CAPTURE(odd.what);
    const TemporaryDirectory folder;
    IdxPair changed = digits;
    odd.change(changed);
    write_data(folder.path(), changed);
    const std::string images = (folder / "train-images-idx3-ubyte").string();
    const Outcome check = run_program("mnist-data", {"check", images, "--threads", "1"});
    INFO(check.out);
    CHECK(check.exit_code == 1);
    CHECK(check.out.find(odd.warning) != std::string::npos);
    const Outcome training = dry_run(folder.path());
    INFO(training.err);
    CHECK(training.exit_code == 0);
    CHECK(training.err.find(odd.warning) != std::string::npos);
  }
}

TEST_CASE("labels that are no digits are refused with their range", "[data]") {
  const TemporaryDirectory folder;
  IdxPair letters = drawn_digits();
  for (std::uint8_t& label : letters.labels.labels) label = static_cast<std::uint8_t>(label + 17);
  write_data(folder.path(), letters);
  const Outcome training = dry_run(folder.path());
  check_one_error_line(training, "is outside the 10 classes (its labels are 17 to 26)");
}

TEST_CASE("test images among the training images are counted before training", "[data]") {
  const TemporaryDirectory folder;
  IdxPair leaked = drawn_digits();
  const Bytes test = read_file(generated_data() / "t10k-images-idx3-ubyte", 1 << 24);
  std::copy_n(test.begin() + 16, 30 * kPixels, leaked.images.pixels.begin());
  write_data(folder.path(), leaked);
  const Outcome training = dry_run(folder.path());
  INFO(training.err);
  CHECK(training.err.find("30 images of the test set among them") != std::string::npos);
}

TEST_CASE("MNIST's files by their other names are pointed out", "[data]") {
  for (const bool as_folder : {false, true}) {
    CAPTURE(as_folder);
    const TemporaryDirectory folder;
    for (const char* stem : {"train-images", "train-labels", "t10k-images", "t10k-labels"}) {
      const std::string rank = std::string(stem).ends_with("images") ? "idx3" : "idx1";
      const std::string name = std::string(stem) + "-" + rank + "-ubyte";
      const std::string other = std::string(stem) + "." + rank + "-ubyte";
      if (as_folder) {  // as some archives unpack: the file in a folder of the same name
        fs::create_directory(folder / name);
        fs::copy_file(generated_data() / name, folder / name / other);
      } else {
        fs::copy_file(generated_data() / name, folder / other);
      }
    }
    check_one_error_line(dry_run(folder.path()), "train-images.idx3-ubyte");
  }
}

TEST_CASE("data that are not odd get no warning", "[data]") {
  check_clean(generated_data(), (generated_data() / "train-images-idx3-ubyte").string());
}

TEST_CASE("MNIST gets no warning", "[data][needs-mnist]") {
  const fs::path mnist = mnist_files_or_skip();
  for (const char* ending : {"", ".gz"}) {
    const fs::path images = mnist / (std::string("train-images-idx3-ubyte") + ending);
    if (fs::exists(images)) check_clean(mnist, images.string());
  }
}

}  // namespace mnist::testing
