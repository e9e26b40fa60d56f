// Exported files are run by the programs they are for: ONNX by ONNX Runtime (WebAssembly, in Node)
// and OpenCV's dnn, TorchScript and model files by Python's torch. Their answers are compared with
// the network's own.
#include <cmath>
#include <cstring>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "mnist/bytes/file.h"
#include "mnist/bytes/safetensors.h"
#include "mnist/data/digit_set.h"
#include "mnist/export/onnx.h"
#include "mnist/export/torchscript.h"
#include "mnist/model/model_file.h"
#include "mnist/read/calibration.h"

#include "support/environment.h"
#include "support/interpreters.h"
#include "support/process.h"
#include "support/torch_catch.h"
#include "unit/model/several_options.h"

namespace mnist {
namespace {

namespace fs = std::filesystem;
using mnist::testing::TemporaryDirectory;

constexpr std::int64_t kCount = 100;

// float32 [100,1,28,28].
torch::Tensor first_images(const DigitSet& set) { return to_ink(set.images.narrow(0, 0, kCount)); }

torch::Tensor generated_ink() { return first_images(generate_digit_set(kCount, 1)); }

torch::Tensor mnist_ink_or_skip() {
  return first_images(load_mnist(mnist::testing::mnist_files_or_skip(), Split::kTest));
}

using Models = std::map<std::string, Model>;

Model shipped_model() {
  return load_model(fs::path(MNIST_SOURCE_DIR) / "models" / "digits.safetensors");
}

// A network of each kind, with statistics and a temperature that are not neutral, and the shipped
// model.
Models several_models() {
  const torch::NoGradGuard no_grad;
  torch::manual_seed(5);
  Models models;
  models["shipped"] = shipped_model();
  for (const NetworkOptions& options : mnist::testing::several_classifiers()) {
    Model model;
    model.network = Classifier(options);
    model.network->eval();
    model.temperature = 0.5;
    for (auto& [name, tensor] : state_of(*model.network)) {
      if (name.ends_with("running_mean")) tensor.uniform_(-0.2, 0.2);
      if (name.ends_with("running_var")) tensor.uniform_(0.5, 2);
      if (name.starts_with("norm") && name.ends_with("weight")) tensor.uniform_(0.5, 2);
      if (name == "output.weight") tensor.mul_(8);  // so answers differ from image to image
    }
    models["network" + std::to_string(models.size())] = model;
  }
  return models;
}

torch::Tensor read_floats(const fs::path& path, const std::vector<std::int64_t>& shape) {
  const Bytes bytes = read_file(path, 1 << 24);
  torch::Tensor values = torch::empty(shape);
  REQUIRE(bytes.size() == values.nbytes());
  std::memcpy(values.data_ptr(), bytes.data(), bytes.size());
  return values;
}

void write_floats(const fs::path& path, const torch::Tensor& values) {
  write_file_atomically(
      path, std::span(static_cast<const std::uint8_t*>(values.data_ptr()), values.nbytes()));
}

// Most values are JSON text, in which spaces and the order of keys do not matter.
std::map<std::string, nlohmann::json> metadata_of(const fs::path& path) {
  const Bytes bytes = read_file(path, 1 << 24);
  std::map<std::string, nlohmann::json> metadata;
  for (const auto& [key, value] : parse_safetensors(bytes).metadata) {
    const auto parsed = nlohmann::json::parse(value, nullptr, false);
    metadata[key] = parsed.is_discarded() ? nlohmann::json(value) : parsed;
  }
  return metadata;
}

double largest_difference(const torch::Tensor& a, const torch::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

// Compares the outputs that another program left in `file`.OUTPUT with the model's own.
void check_outputs(Model& model, const torch::Tensor& ink, const std::string& file) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor logits = model.network->forward(ink);
  const torch::Tensor probabilities = (logits / model.temperature).softmax(1);
  const torch::Tensor acceptance = acceptance_of(logits);
  INFO(file);
  const torch::Tensor answers = read_floats(file + ".probabilities", {ink.size(0), 10});
  CHECK(answers.argmax(1).equal(probabilities.argmax(1)));
  CHECK(largest_difference(answers, probabilities) <= 1e-4);
  CHECK(largest_difference(read_floats(file + ".acceptance", {ink.size(0)}), acceptance) <= 1e-4);
  CHECK(largest_difference(read_floats(file + ".logits", {ink.size(0), 10}), logits) <= 1e-3);
}

void must_succeed(const std::string& command) {
  const mnist::testing::Outcome outcome = mnist::testing::run_shell(command);
  INFO(command << '\n' << outcome.out << outcome.err);
  REQUIRE(outcome.exit_code == 0);
}

const std::string kHere = MNIST_SOURCE_DIR "/tests/unit/export/";

void write_onnx_files(const Models& models, const torch::Tensor& ink, const fs::path& folder) {
  write_floats(folder / "images.f32", ink);
  for (const auto& [name, model] : models) {
    write_file_atomically(folder / (name + ".onnx"), export_onnx(model));
  }
}

void check_in_onnx_runtime(Models models, const torch::Tensor& ink) {
  const fs::path modules = mnist::testing::node_modules_with_or_skip("onnxruntime-web");
  const TemporaryDirectory folder;
  write_onnx_files(models, ink, folder.path());
  must_succeed("node \"" + kHere + "run_onnx.mjs\" \"" + modules.string() + "\" " +
               folder.path().string());
  for (auto& [name, model] : models) check_outputs(model, ink, folder / (name + ".onnx"));
}

void check_in_opencv(Models models, const torch::Tensor& ink) {
  const std::string python = mnist::testing::python_with_or_skip("cv2");
  const TemporaryDirectory folder;
  write_onnx_files(models, ink, folder.path());
  must_succeed(python + " \"" + kHere + "run_opencv.py\" " + folder.path().string());
  for (auto& [name, model] : models) check_outputs(model, ink, folder / (name + ".onnx"));
}

void check_in_python(Models models, const torch::Tensor& ink) {
  const std::string python = mnist::testing::python_with_or_skip("torch");
  const TemporaryDirectory folder;
  write_floats(folder / "images.f32", ink);
  for (const auto& [name, model] : models) {
    save_model(folder / (name + ".safetensors"), model);
    write_file_atomically(folder / (name + ".pt"), export_torchscript(model));
  }
  must_succeed(python + " \"" + kHere + "run_torch.py\" \"" MNIST_SOURCE_DIR "/scripts\" " +
               folder.path().string());
  const torch::NoGradGuard no_grad;
  for (auto& [name, model] : models) {
    check_outputs(model, ink, folder / (name + ".pt"));
    INFO(name);
    const torch::Tensor logits = model.network->forward(ink);
    const torch::Tensor python_logits = read_floats(folder / (name + ".logits"), {kCount, 10});
    CHECK(largest_difference(python_logits, logits) <= 1e-5);
    Model back = load_model(folder / (name + ".back"));
    CHECK(largest_difference(back.network->forward(ink), python_logits) <= 1e-5);
    CHECK(metadata_of(folder / (name + ".back")) == metadata_of(folder / (name + ".safetensors")));
  }
}

}  // namespace

TEST_CASE("every network passes ONNX's checker and is compiled by TorchScript", "[export]") {
  for (auto& [name, model] : several_models()) {
    CHECK(export_onnx(model).size() > 1000);
    CHECK(export_torchscript(model).size() > 1000);
  }
}

TEST_CASE("ONNX Runtime gives the answers of every kind of network",
          "[export][needs-onnxruntime]") {
  check_in_onnx_runtime(several_models(), generated_ink());
}

TEST_CASE("ONNX Runtime gives the shipped model's answers on MNIST",
          "[export][needs-onnxruntime][needs-mnist]") {
  check_in_onnx_runtime({{"shipped", shipped_model()}}, mnist_ink_or_skip());
}

TEST_CASE("OpenCV's dnn gives the answers of every kind of network, for any batch",
          "[export][needs-python-opencv]") {
  check_in_opencv(several_models(), generated_ink());
}

TEST_CASE("Python's torch gives the answers of every kind of network, and gives its file back",
          "[export][needs-python-torch]") {
  check_in_python(several_models(), generated_ink());
}

TEST_CASE("Python's torch gives the shipped model's answers on MNIST",
          "[export][needs-python-torch][needs-mnist]") {
  check_in_python({{"shipped", shipped_model()}}, mnist_ink_or_skip());
}

}  // namespace mnist
