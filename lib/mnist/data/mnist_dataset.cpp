#include "mnist/data/mnist_dataset.h"

#include <utility>

namespace mnist {

MnistDataset::MnistDataset(const std::string& root, Mode mode)
    : MnistDataset(load_mnist(root, mode == Mode::kTrain ? Split::kTrain : Split::kTest), mode) {}

MnistDataset::MnistDataset(DigitSet digits, Mode mode) : digits_(std::move(digits)), mode_(mode) {}

torch::data::Example<> MnistDataset::get(std::size_t index) {
  const auto row = static_cast<std::int64_t>(index);
  return {to_ink(digits_.images[row]), digits_.labels[row]};
}

decltype(std::declval<const torch::data::datasets::Dataset<MnistDataset>&>().size())
MnistDataset::size() const {
  return static_cast<std::size_t>(digits_.size());
}

}  // namespace mnist
