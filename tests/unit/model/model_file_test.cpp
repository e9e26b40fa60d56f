#include "mnist/model/model_file.h"

#include <filesystem>
#include <functional>
#include <limits>
#include <memory>

#include "mnist/base/error.h"
#include "mnist/bytes/file.h"
#include "mnist/bytes/safetensors.h"
#include "mnist/read/inference.h"

#include "support/environment.h"
#include "support/torch_catch.h"

namespace mnist {
namespace {

using mnist::testing::TemporaryDirectory;

Model small_model() {
  torch::manual_seed(1);
  Model model;
  model.network = Classifier(ConvNetOptions{.channels = {4, 8}, .hidden = 16});
  model.temperature = 1.5;
  model.reject_below = 0.25;
  model.training = {{"epoch", 3}};
  return model;
}

// Writes a sound model, lets `damage` change it, and returns the error of loading it.
Error error_after(const std::function<void(SafeTensors&)>& damage) {
  const TemporaryDirectory folder;
  const auto path = folder / "model.safetensors";
  save_model(path, small_model());
  const Bytes bytes = read_file(path, 1 << 30);
  SafeTensors content = parse_safetensors(bytes);
  damage(content);
  write_file_atomically(path, serialize_safetensors(content));
  try {
    load_model(path);
  } catch (const Error& error) {
    CHECK(error.path() == path.string());
    return error;
  }
  FAIL("the damaged model was loaded");
  return {ErrorKind::kUsage, ""};
}

}  // namespace

TEST_CASE("a model comes back from its file as it was", "[model]") {
  const TemporaryDirectory folder;
  Model saved = small_model();
  save_model(folder / "m", saved);
  Model loaded = load_model(folder / "m");
  CHECK(loaded.temperature == 1.5);
  CHECK(loaded.reject_below == 0.25);
  CHECK(loaded.training["epoch"] == 3);
  CHECK(std::get<ConvNetOptions>(loaded.network->options).hidden == 16);
  CHECK_FALSE(loaded.network->is_training());
  const torch::Tensor images = torch::randint(0, 256, {5, 1, 28, 28}, torch::kUInt8);
  CHECK(infer_logits(saved.network, images, torch::kCPU)
            .equal(infer_logits(loaded.network, images, torch::kCPU)));
}

TEST_CASE("the same model gives the same bytes", "[model]") {
  const TemporaryDirectory folder;
  save_model(folder / "a", small_model());
  save_model(folder / "b", small_model());
  CHECK(read_file(folder / "a", 1 << 30) == read_file(folder / "b", 1 << 30));
}

TEST_CASE("a run folder stands for its best model", "[model]") {
  const TemporaryDirectory folder;
  CHECK_THROWS_WITH(
      load_model(folder.path()),
      folder.path().string() + ": not a training run: there is no best.safetensors in it");
  save_model(folder / "best.safetensors", small_model());
  CHECK(load_model(folder.path()).path == (folder / "best.safetensors").string());
}

TEST_CASE("a missing tensor, a foreign one and a wrong shape are refused by name", "[model]") {
  CHECK(error_after([](SafeTensors& file) { file.tensors.erase("conv1.weight"); }).message() ==
        "tensor \"conv1.weight\" is missing");
  CHECK(error_after([](SafeTensors& file) {
          file.tensors["extra"] = file.tensors.at("output.bias");
        }).message() == "tensor \"extra\" does not belong to the network");
  CHECK(error_after([](SafeTensors& file) {
          file.tensors["output.bias"].shape = {2, 5};
        }).message() == "tensor \"output.bias\" has shape [2,5], the network needs [10]");
}

TEST_CASE("options that the tensors do not fit are refused before anything is built", "[model]") {
  const Error error = error_after([](SafeTensors& file) {
    file.metadata["options"] = R"({"channels": [1024, 1024, 1024], "hidden": 8192})";
  });
  CHECK(error.kind() == ErrorKind::kCorrupt);
}

TEST_CASE("values that are not finite are refused", "[model]") {
  std::vector<float> values(10, std::numeric_limits<float>::quiet_NaN());
  const Error error = error_after([&](SafeTensors& file) {
    file.tensors["output.bias"].data = {reinterpret_cast<const std::uint8_t*>(values.data()), 40};
  });
  CHECK(error.message() == "tensor \"output.bias\" contains values that are not finite");
}

// The values of `name` in a float32 tensor, all the same.
Error error_with(const std::string& name, float value) {
  std::vector<float> values;
  return error_after([&](SafeTensors& file) {
    TensorView& tensor = file.tensors.at(name);
    values.assign(tensor.data.size() / sizeof(float), value);
    tensor.data = {reinterpret_cast<const std::uint8_t*>(values.data()), tensor.data.size()};
  });
}

TEST_CASE("statistics that no training gathers are refused", "[model]") {
  CHECK(error_with("norm2.running_var", -1).message() ==
        "tensor \"norm2.running_var\" contains negative values");
  CHECK(error_with("norm2.running_var", std::numeric_limits<float>::infinity()).message() ==
        "tensor \"norm2.running_var\" contains values that are not finite");
  CHECK(error_with("norm1.running_mean", std::numeric_limits<float>::quiet_NaN()).message() ==
        "tensor \"norm1.running_mean\" contains values that are not finite");
  const std::int64_t count = -3;
  CHECK(error_after([&](SafeTensors& file) {
          file.tensors.at("norm1.num_batches_tracked").data = {
              reinterpret_cast<const std::uint8_t*>(&count), sizeof count};
        }).message() == "tensor \"norm1.num_batches_tracked\" contains negative values");
}

TEST_CASE("a path that cannot be looked up is an error like any other", "[model]") {
  const TemporaryDirectory folder;
  std::filesystem::create_symlink("circle", folder / "circle");
  CHECK_THROWS_AS(load_model(folder / "circle"), Error);
  CHECK_THROWS_AS(load_model(folder / std::string(300, 'n')), Error);
  std::filesystem::create_symlink("best.safetensors", folder / "best.safetensors");
  CHECK_THROWS_AS(load_model(folder.path()), Error);
}

TEST_CASE("any network comes back from its file, by name", "[model]") {
  const TemporaryDirectory folder;
  save_model(folder / "m", small_model());
  const NetworkFile file = load_network(folder / "m");
  CHECK(network_name(file.options) == "convnet");
  CHECK(file.training["epoch"] == 3);
  CHECK(file.metadata.at("temperature") == "1.5");
  CHECK_FALSE(file.metadata.contains("options"));
  save_network(folder / "again", file);
  CHECK(read_file(folder / "again", 1 << 30) == read_file(folder / "m", 1 << 30));
}

TEST_CASE("a model of another kind than the classifier is refused in its place", "[model]") {
  struct Other : torch::nn::Module {};
  const Error error = [] {
    NetworkFile file = file_of(small_model());
    file.network = std::make_shared<Other>();
    file.path = "page.safetensors";
    try {
      model_of(file);
    } catch (const Error& refused) {
      return refused;
    }
    return Error(ErrorKind::kUsage, "it was taken");
  }();
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(error.path() == "page.safetensors");
}

TEST_CASE("another format, network or impossible metadata are refused", "[model]") {
  const auto with = [](const std::string& key, const std::string& value) {
    return error_after([&](SafeTensors& file) { file.metadata[key] = value; });
  };
  CHECK(with("format", "mnist-toolkit model 9").kind() == ErrorKind::kUnsupported);
  CHECK(with("network", "transformer").kind() == ErrorKind::kUnsupported);
  CHECK(with("temperature", "-1").kind() == ErrorKind::kCorrupt);
  CHECK(with("temperature", "hot").kind() == ErrorKind::kCorrupt);
  CHECK(with("reject_below", "2").kind() == ErrorKind::kCorrupt);
  CHECK(with("training", "{").kind() == ErrorKind::kCorrupt);
  CHECK(with("training", "[]").kind() == ErrorKind::kCorrupt);
  constexpr std::size_t kDeep = 400'000;
  const std::string deep = R"({"x":)" + std::string(kDeep, '[') + std::string(kDeep, ']') + "}";
  CHECK(with("training", deep).kind() == ErrorKind::kCorrupt);
  with("options", "{\"hidden\": 16");
  with("options", R"({"depth": 3})");
  CHECK(error_after([](SafeTensors& file) { file.metadata.clear(); })
            .message()
            .starts_with("not a mnist-toolkit model"));
}

TEST_CASE("a truncated model is refused at every length", "[model]") {
  const TemporaryDirectory folder;
  save_model(folder / "m", small_model());
  const Bytes bytes = read_file(folder / "m", 1 << 30);
  for (std::size_t length = 0; length < bytes.size(); length += 97) {
    write_file_atomically(folder / "cut", std::span(bytes).first(length));
    CHECK_THROWS_AS(load_model(folder / "cut"), Error);
  }
}

}  // namespace mnist
