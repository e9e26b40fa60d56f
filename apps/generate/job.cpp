#include "generate/job.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "mnist/base/error.h"
#include "mnist/base/random.h"
#include "mnist/bytes/file.h"
#include "mnist/bytes/folder.h"
#include "mnist/bytes/idx.h"
#include "mnist/draw/digits.h"
#include "mnist/draw/foreign_hand.h"
#include "mnist/draw/outliers.h"
#include "mnist/draw/scenes.h"
#include "mnist/image/encode.h"

#include "common/guard.h"
#include "generate/numbered.h"
#include "generate/pages.h"
#include "generate/stress_set.h"

namespace mnist::app::generate {
namespace {

namespace fs = std::filesystem;

void write_pair(const fs::path& folder, const std::string& stem, const GeneratedSet& set,
                std::ostream& out) {
  const fs::path images = folder / (stem + "-images-idx3-ubyte");
  const fs::path labels = folder / (stem + "-labels-idx1-ubyte");
  write_file_atomically(images, serialize_idx(set.images));
  write_file_atomically(labels, serialize_idx(set.labels));
  out << images.string() << '\n' << labels.string() << '\n';
}

// Paper, ink, size and place differ from picture to picture, as they do in a folder of scans; every
// third is chalk on a board.
PictureOptions picture_options(std::uint32_t number, std::mt19937_64& engine) {
  const auto between = [&](int low, int high) {
    return low + static_cast<int>(uniform_below(engine, high - low + 1));
  };
  PictureOptions options;
  options.width = between(120, 320);
  options.height = between(120, 320);
  options.unit = std::min(options.width, options.height) * 0.01 * between(35, 75);
  options.left = (options.width - options.unit) * 0.01 * between(15, 85);
  options.top = (options.height - options.unit) * 0.01 * between(15, 85);
  options.paper = static_cast<std::uint8_t>(between(200, 255));
  options.ink = static_cast<std::uint8_t>(between(0, 80));
  if (number % 3 == 2) std::swap(options.paper, options.ink);
  options.shadow = 0.01 * between(0, 35);
  options.noise = between(0, 6);
  options.noise_seed = engine();
  return options;
}

// Ink is 255, as in the MNIST files.
std::vector<std::uint8_t> outlier(const Flags& flags, std::uint32_t n) {
  std::vector<std::uint8_t> pixels;
  pixels.reserve(kDigitPixels);
  for (const float ink : generated_outlier(flags.seed, n).ink) {
    pixels.push_back(static_cast<std::uint8_t>(std::lround(255.0F * ink)));
  }
  return pixels;
}

void write_outliers(const Flags& flags, std::ostream& out) {
  IdxImages set{.count = flags.outliers, .rows = kDigitSide, .columns = kDigitSide, .pixels = {}};
  for (std::uint32_t n = 0; n < flags.outliers; ++n) {
    const std::vector<std::uint8_t> pixels = outlier(flags, n);
    set.pixels.insert(set.pixels.end(), pixels.begin(), pixels.end());
  }
  const fs::path file = fs::path(flags.out) / "outliers-images-idx3-ubyte";
  write_file_atomically(file, serialize_idx(set));
  out << file.string() << '\n';
}

void write_outlier_pictures(const Flags& flags, std::ostream& out) {
  for (std::uint32_t n = 0; n < flags.outliers; ++n) {
    const fs::path file = numbered(flags.out, "", n, "outlier");
    write_file_atomically(file, encode_png({.width = kDigitSide,
                                            .height = kDigitSide,
                                            .format = PixelFormat::kGrey,
                                            .pixels = outlier(flags, n)}));
    out << file.string() << '\n';
  }
}

// Named <n>_label<d>.png; with --scenes <scene>__<n>_label<d>.png, which mnist-eval counts by
// scene.
void write_pictures(const Flags& flags, std::ostream& out) {
  for (std::uint32_t n = 0; n < flags.count; ++n) {
    std::mt19937_64 engine(mix_seed(flags.seed, n));
    const int digit = static_cast<int>((flags.scenes ? n / kScenes : n) % kClasses);
    const Drawing drawing =
        flags.foreign ? draw_foreign_digit(digit, engine) : draw_digit(digit, engine);
    const auto scene = static_cast<Scene>(n % kScenes);
    const Image picture = flags.scenes ? photographed(drawing, scene, engine)
                                       : render_picture(drawing, picture_options(n, engine));
    const std::string prefix = flags.scenes ? std::string(to_string(scene)) + "__" : "";
    const fs::path file = numbered(flags.out, prefix, n, "label" + std::to_string(digit));
    write_file_atomically(file, encode_png(picture));
    out << file.string() << '\n';
  }
}

// Real data would be lost, or hidden: a plain file is read before a .gz of the same name.
void require_no_data(const fs::path& folder) {
  for (const char* name : {"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                           "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}) {
    for (const char* ending : {"", ".gz"}) {
      const fs::path file = folder / (std::string(name) + ending);
      if (!is_there(file)) continue;
      throw Error(ErrorKind::kUsage, "already exists: choose another folder, or remove it",
                  file.string());
    }
  }
}

}  // namespace

int run(const Flags& flags, std::ostream& out) {
  make_folders(flags.out);
  if (flags.pages > 0) {
    write_pages(flags, out);
  } else if (!flags.stress.empty()) {
    write_stress_set(flags, out);
  } else if (flags.pictures) {
    write_pictures(flags, out);
    write_outlier_pictures(flags, out);
  } else {
    require_no_data(flags.out);
    write_pair(flags.out, "train", generate_digits(flags.train, flags.seed), out);
    write_pair(flags.out, "t10k", generate_digits(flags.test, mix_seed(flags.seed, flags.train)),
               out);
    if (flags.outliers > 0) write_outliers(flags, out);
  }
  flush_results(out);
  return kSuccess;
}

}  // namespace mnist::app::generate
