#include "mnist/data/mnist_dataset.h"

#include <filesystem>

#include <torch/data/dataloader.h>
#include <torch/data/datasets/mnist.h>
#include <torch/data/samplers/sequential.h>
#include <torch/data/transforms/stack.h>

#include "mnist/base/error.h"
#include "mnist/bytes/file.h"
#include "mnist/bytes/gzip.h"
#include "mnist/bytes/idx.h"
#include "mnist/draw/digits.h"

#include "support/environment.h"
#include "support/torch_catch.h"

namespace mnist {
namespace {

using mnist::testing::TemporaryDirectory;

void write_generated(const std::filesystem::path& folder, std::uint32_t count, bool compressed) {
  const GeneratedSet set = generate_digits(count, 1);
  const auto write = [&](const std::string& name, const Bytes& bytes) {
    if (compressed) {
      write_file_atomically(folder / (name + ".gz"), gzip(bytes));
    } else {
      write_file_atomically(folder / name, bytes);
    }
  };
  write("train-images-idx3-ubyte", serialize_idx(set.images));
  write("train-labels-idx1-ubyte", serialize_idx(set.labels));
}

}  // namespace

TEST_CASE("a dataset of any count is read, plain or compressed, to the same tensors", "[data]") {
  const TemporaryDirectory plain;
  const TemporaryDirectory compressed;
  write_generated(plain.path(), 37, false);
  write_generated(compressed.path(), 37, true);
  MnistDataset first(plain.path().string());
  MnistDataset second(compressed.path().string());
  CHECK(first.size().value() == 37);
  CHECK(first.is_train());
  CHECK(first.images().equal(second.images()));
  CHECK(first.targets().equal(second.targets()));
  CHECK(first.digits().images_sha256 == second.digits().images_sha256);
  const auto example = first.get(5);
  CHECK(example.data.sizes() == torch::IntArrayRef({1, 28, 28}));
  CHECK(example.data.scalar_type() == torch::kFloat32);
  CHECK(example.data.max().item<float>() <= 1.0F);
  CHECK(example.target.item<std::int64_t>() == first.targets()[5].item<std::int64_t>());
}

TEST_CASE("a dataset drops into make_data_loader", "[data]") {
  const TemporaryDirectory folder;
  write_generated(folder.path(), 25, false);
  auto loader = torch::data::make_data_loader<torch::data::samplers::SequentialSampler>(
      MnistDataset(folder.path().string()).map(torch::data::transforms::Stack<>()), 10);
  std::int64_t seen = 0;
  for (const auto& batch : *loader) {
    CHECK(batch.data.size(0) == batch.target.size(0));
    seen += batch.data.size(0);
  }
  CHECK(seen == 25);
}

TEST_CASE("a missing file is an error that names it, not an abort", "[data]") {
  const TemporaryDirectory folder;
  write_generated(folder.path(), 10, false);
  try {
    MnistDataset(folder.path().string(), MnistDataset::Mode::kTest);
    FAIL_CHECK("no error");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::kIo);
    CHECK(std::string(error.what()).find("t10k-images-idx3-ubyte") != std::string::npos);
  }
}

TEST_CASE("more images of one pixel than fit in memory at 28x28 are refused", "[data]") {
  const TemporaryDirectory folder;
  constexpr std::uint32_t kCount = 3'000'000;
  const IdxImages images{.count = kCount, .rows = 1, .columns = 1, .pixels = Bytes(kCount)};
  write_file_atomically(folder / "i", serialize_idx(images));
  write_file_atomically(folder / "l", serialize_idx(IdxLabels{Bytes(kCount)}));
  CHECK_THROWS_WITH(load_digit_set(folder / "i", folder / "l"),
                    (folder / "i").string() + ": its images take more than 2 GiB at 28x28 pixels");
}

TEST_CASE("images of another size are scaled to 28x28", "[data]") {
  const TemporaryDirectory folder;
  IdxImages images{.count = 2, .rows = 56, .columns = 56, .pixels = {}};
  images.pixels.assign(2 * 56 * 56, 100);
  write_file_atomically(folder / "i", serialize_idx(images));
  write_file_atomically(folder / "l", serialize_idx(IdxLabels{{3, 4}}));
  const DigitSet digits = load_digit_set(folder / "i", folder / "l");
  CHECK(digits.images.sizes() == torch::IntArrayRef({2, 1, 28, 28}));
  CHECK(digits.images.eq(100).all().item<bool>());
}

TEST_CASE("on the real files the dataset equals LibTorch's own", "[data][needs-mnist]") {
  const std::filesystem::path folder = mnist::testing::mnist_files_or_skip();
  const TemporaryDirectory plain;  // LibTorch reads only uncompressed files
  for (const char* name : {"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                           "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}) {
    const Bytes bytes = read_file(find_idx_file(folder, name), 100 << 20);
    write_file_atomically(plain / name, is_gzip(bytes) ? gunzip(bytes, 100 << 20) : bytes);
  }
  using Theirs = torch::data::datasets::MNIST;
  for (const bool train : {true, false}) {
    MnistDataset ours(folder.string(),
                      train ? MnistDataset::Mode::kTrain : MnistDataset::Mode::kTest);
    Theirs theirs(plain.path().string(), train ? Theirs::Mode::kTrain : Theirs::Mode::kTest);
    CHECK(ours.size().value() == theirs.size().value());
    CHECK(ours.is_train() == theirs.is_train());
    CHECK(ours.images().equal(theirs.images()));
    CHECK(ours.targets().equal(theirs.targets()));
    CHECK(ours.get(1234).data.equal(theirs.get(1234).data));
    CHECK(ours.get(1234).target.equal(theirs.get(1234).target));
  }
}

}  // namespace mnist
