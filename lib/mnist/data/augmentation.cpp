#include "mnist/data/augmentation.h"

#include <ATen/Parallel.h>

#include "mnist/digit/digit.h"

namespace mnist {

torch::Tensor augmented_images(const torch::Tensor& images, const torch::Tensor& rows,
                               const AugmentationOptions& options, std::uint64_t seed,
                               std::int64_t epoch) {
  torch::Tensor varied = torch::empty({rows.size(0), 1, kDigitSide, kDigitSide}, torch::kUInt8);
  const std::uint8_t* image = images.data_ptr<std::uint8_t>();
  const std::int64_t* row = rows.data_ptr<std::int64_t>();
  std::uint8_t* out = varied.data_ptr<std::uint8_t>();
  at::parallel_for(0, rows.size(0), 16, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      augment_digit(image + row[i] * kDigitPixels, options, seed, epoch, row[i],
                    out + i * kDigitPixels);
    }
  });
  return varied;
}

}  // namespace mnist
