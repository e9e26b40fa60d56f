#include "generate/stress_set.h"

#include <algorithm>
#include <filesystem>
#include <random>
#include <span>
#include <string>

#include "mnist/base/error.h"
#include "mnist/base/random.h"
#include "mnist/bytes/file.h"
#include "mnist/bytes/idx.h"
#include "mnist/draw/stress.h"
#include "mnist/image/encode.h"

#include "generate/numbered.h"

namespace mnist::app::generate {

void write_stress_set(const Flags& flags, std::ostream& out) {
  const std::filesystem::path images = plain_or_packed(flags.stress);
  const std::filesystem::path labels =
      flags.labels.empty() ? labels_beside(images) : plain_or_packed(flags.labels);
  const IdxPair pair = read_idx_pair(images, labels, kClasses);
  if (pair.images.rows != kDigitSide || pair.images.columns != kDigitSide) {
    throw Error(ErrorKind::kUnsupported, "its images are not 28x28", flags.stress);
  }
  const std::uint32_t count = std::min<std::uint32_t>(flags.per_kind, pair.images.count);
  for (int kind = 0; kind < kStresses; ++kind) {
    const auto stress = static_cast<Stress>(kind);
    for (std::uint32_t n = 0; n < count; ++n) {
      std::mt19937_64 engine(mix_seed(mix_seed(flags.seed, n), static_cast<std::uint64_t>(kind)));
      const std::span<const std::uint8_t, kDigitPixels> ink(
          pair.images.pixels.data() + static_cast<std::size_t>(n) * kDigitPixels, kDigitPixels);
      const std::filesystem::path file =
          numbered(flags.out, std::string(to_string(stress)) + "__", n,
                   "label" + std::to_string(pair.labels.labels[n]));
      write_file_atomically(file, encode_png(stressed(stress, ink, engine)));
      out << file.string() << '\n';
    }
  }
}

}  // namespace mnist::app::generate
