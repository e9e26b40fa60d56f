#include "mnist/data/digit_batches.h"

#include <algorithm>
#include <array>

#include "mnist/data/augmentation.h"

namespace mnist {
namespace {

// `values` on `device`. From pageable memory, a copy to CUDA would wait for everything that the
// device has still to do; from pinned memory it is queued.
torch::Tensor uploaded(const torch::Tensor& values, torch::Device device) {
  if (!values.is_cpu() || device.is_cpu()) return values;
  return values.pin_memory().to(device, /*non_blocking=*/true);
}

// Variations are made on the CPU; without any, the device has all it needs.
torch::Device home_of(const AugmentationOptions& variations, torch::Device device) {
  return variations.any() ? torch::Device(torch::kCPU) : device;
}

}  // namespace

DigitBatches::DigitBatches(const DigitSet& digits, const AugmentationOptions& variations,
                           std::uint64_t seed, torch::Device device)
    : variations_(variations),
      seed_(seed),
      device_(device),
      images_(digits.images.to(home_of(variations, device)).contiguous()),
      labels_(digits.labels.to(home_of(variations, device))) {}

torch::Tensor DigitBatches::ink(const torch::Tensor& rows, std::int64_t epoch) const {
  const torch::Tensor images = varied() ? augmented_images(images_, rows, variations_, seed_, epoch)
                                        : images_.index_select(0, uploaded(rows, images_.device()));
  return to_ink(uploaded(images, device_));
}

torch::Tensor DigitBatches::labels(const torch::Tensor& rows) const {
  return uploaded(labels_.index_select(0, uploaded(rows, labels_.device())), device_);
}

void DigitBatches::read_ink(std::int64_t row, std::int64_t epoch, float* ink) const {
  const std::uint8_t* image = images_.data_ptr<std::uint8_t>() + row * kDigitPixels;
  std::array<std::uint8_t, kDigitPixels> other;
  if (varied()) {
    augment_digit(image, variations_, seed_, epoch, row, other.data());
    image = other.data();
  }
  std::transform(image, image + kDigitPixels, ink,
                 [](std::uint8_t byte) { return static_cast<float>(byte) / 255.0F; });
}

}  // namespace mnist
