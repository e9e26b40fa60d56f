#include "mnist/model/model_file.h"

#include <set>
#include <utility>

#include <torch/utils.h>

#include "mnist/base/error.h"
#include "mnist/base/version.h"
#include "mnist/bytes/file.h"
#include "mnist/bytes/json_document.h"
#include "mnist/bytes/safetensors.h"
#include "mnist/digit/digit.h"
#include "mnist/model/tensor_view.h"

namespace mnist {
namespace {

using nlohmann::json;

constexpr const char* kFormat = "mnist-toolkit model 1";
constexpr const char* kNetworkName = "convnet";
constexpr std::uint64_t kMaxModelBytes = 1ULL << 30;

// Metadata values are JSON texts within strings, so that numbers and lists keep their form.
// (The key is no std::string: GCC 14 would take the answer for a reference into it.)
const std::string& metadata_value(const SafeTensors& file, const char* key) {
  const auto found = file.metadata.find(key);
  if (found == file.metadata.end()) {
    throw Error(ErrorKind::kCorrupt,
                std::string("not a mnist-toolkit model: its metadata lack '") + key + "'");
  }
  return found->second;
}

double metadata_number(const SafeTensors& file, const char* key, double min, double max) {
  const json value = json::parse(metadata_value(file, key), nullptr, false);
  if (!value.is_number() || !(value >= min && value <= max)) {
    throw Error(ErrorKind::kCorrupt,
                std::string("impossible value of '") + key + "' in the metadata");
  }
  return value.get<double>();
}

// The same in every model of this version, written for other readers of the file.
std::map<std::string, std::string> fixed_metadata() {
  return {{"classes", json({"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}).dump()},
          {"mean", json(kInkMean).dump()},
          {"std", json(kInkStd).dump()}};
}

ConvNetOptions read_options(const SafeTensors& file) {
  const std::string& network = metadata_value(file, "network");
  if (network != kNetworkName) {
    throw Error(ErrorKind::kUnsupported, "unknown network '" + network + "'");
  }
  const JsonDocument document = JsonDocument::parse(metadata_value(file, "options"), "options");
  JsonObjectReader reader(document, "");
  ConvNetOptions options = ConvNetOptions::read(reader);
  reader.finish();
  return options;
}

std::string shape_text(const std::vector<std::int64_t>& shape) { return json(shape).dump(); }

void check_tensors(const SafeTensors& file, const ConvNetOptions& options) {
  const auto expected = expected_tensors(options);
  for (const auto& [name, shape] : expected) {
    const auto found = file.tensors.find(name);
    if (found == file.tensors.end())
      throw Error(ErrorKind::kCorrupt, "tensor '" + name + "' is missing");
    if (found->second.shape != shape) {
      throw Error(ErrorKind::kCorrupt, "tensor '" + name + "' has shape " +
                                           shape_text(found->second.shape) +
                                           ", the network needs " + shape_text(shape));
    }
    const TensorType type =
        name.ends_with("num_batches_tracked") ? TensorType::kInt64 : TensorType::kFloat32;
    if (found->second.type != type) {
      throw Error(ErrorKind::kCorrupt, "tensor '" + name + "' has type " +
                                           to_string(found->second.type) + ", the network needs " +
                                           to_string(type));
    }
  }
  for (const auto& [name, view] : file.tensors) {
    if (!expected.contains(name)) {
      throw Error(ErrorKind::kCorrupt, "tensor '" + name + "' does not belong to the network");
    }
  }
}

void load_tensors(const SafeTensors& file, torch::nn::Module& module) {
  const torch::NoGradGuard no_grad;
  for (auto& [name, tensor] : state_of(module)) {
    const TensorView& view = file.tensors.at(name);
    const torch::Tensor loaded = tensor_of(view);
    if (view.type == TensorType::kFloat32 && !loaded.isfinite().all().item<bool>()) {
      throw Error(ErrorKind::kCorrupt, "tensor '" + name + "' holds values that are not finite");
    }
    tensor.copy_(loaded);
  }
}

Model parse_model(std::span<const std::uint8_t> bytes) {
  const SafeTensors file = parse_safetensors(bytes);
  const std::string& format = metadata_value(file, "format");
  if (format != kFormat)
    throw Error(ErrorKind::kUnsupported, "unknown model format '" + format + "'");
  for (const auto& [key, value] : fixed_metadata()) {
    if (metadata_value(file, key.c_str()) != value) {
      throw Error(ErrorKind::kUnsupported, "its '" + key + "' is another than this program's");
    }
  }
  const ConvNetOptions options = read_options(file);
  check_tensors(file, options);

  Model model;
  model.network = ConvNet(options);
  load_tensors(file, *model.network);
  model.network->eval();
  model.temperature = metadata_number(file, "temperature", 1e-3, 1e3);
  model.reject_below = metadata_number(file, "reject_below", 0.0, 1.0);
  model.accept_above = metadata_number(file, "accept_above", 0.0, 1.0);
  // With a limit to its depth: whoever copies or prints it does so recursively.
  model.training =
      JsonDocument::parse(metadata_value(file, "training"), "'training' in the metadata").root();
  return model;
}

}  // namespace

std::map<std::string, torch::Tensor> state_of(const torch::nn::Module& module) {
  std::map<std::string, torch::Tensor> state;
  for (const auto& item : module.named_parameters()) state[item.key()] = item.value();
  for (const auto& item : module.named_buffers()) state[item.key()] = item.value();
  return state;
}

void save_model(const std::filesystem::path& path, const Model& model) {
  SafeTensors file;
  std::map<std::string, torch::Tensor> state = state_of(*model.network);
  for (auto& [name, tensor] : state) {
    tensor = tensor.detach().cpu().contiguous();
    file.tensors[name] = view_of(tensor);
  }
  file.metadata = {
      {"format", kFormat},
      {"producer", std::string("mnist-toolkit ") + kVersion},
      {"network", kNetworkName},
      {"options", model.network->options.to_json().dump()},
      {"temperature", json(model.temperature).dump()},
      {"reject_below", json(model.reject_below).dump()},
      {"accept_above", json(model.accept_above).dump()},
      {"training", model.training.dump()},
  };
  file.metadata.merge(fixed_metadata());
  write_file_atomically(path, serialize_safetensors(file));
}

std::filesystem::path resolve_model_path(const std::filesystem::path& path) {
  return std::filesystem::is_directory(path) ? path / "best.safetensors" : path;
}

Model load_model(const std::filesystem::path& path) {
  const std::filesystem::path file = resolve_model_path(path);
  if (file != path && !std::filesystem::exists(file)) {
    throw Error(ErrorKind::kIo,
                "no folder of a training run: it holds no " + file.filename().string(),
                path.string());
  }
  const Bytes bytes = read_file(file, kMaxModelBytes);
  try {
    Model model = parse_model(bytes);
    model.path = file.string();
    return model;
  } catch (const Error& error) {
    throw error.with_path(file.string());
  }
}

}  // namespace mnist
