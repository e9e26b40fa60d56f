#include "mnist/model/network_file.h"

#include <array>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include <torch/utils.h>

#include "mnist/base/error.h"
#include "mnist/base/version.h"
#include "mnist/bytes/file.h"
#include "mnist/bytes/folder.h"
#include "mnist/bytes/json_document.h"
#include "mnist/bytes/sha256.h"
#include "mnist/model/tensor_view.h"

namespace mnist {
namespace {

using nlohmann::json;

constexpr const char* kFormat = "mnist-toolkit model 1";
constexpr std::uint64_t kMaxModelBytes = 1ULL << 30;

// The keys that every model file has; the others are its kind's.
constexpr std::array<const char*, 5> kCommonKeys = {"format", "producer", "network", "options",
                                                    "training"};

NetworkOptions read_options(const SafeTensors& file) {
  const std::string& name = metadata_value(file.metadata, "network");
  const JsonDocument document =
      JsonDocument::parse(metadata_value(file.metadata, "options"), "options");
  JsonObjectReader reader(document, "");
  NetworkOptions options = read_network_options(name, reader);
  reader.finish();
  return options;
}

std::string shape_text(const std::vector<std::int64_t>& shape) { return json(shape).dump(); }

void check_tensors(const SafeTensors& file, const NetworkOptions& options) {
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

// Batch normalisation divides by the root of its variances, and counts what it has seen.
bool may_be_negative(std::string_view name) {
  return !name.ends_with("running_var") && !name.ends_with("num_batches_tracked");
}

void load_tensors(const SafeTensors& file, torch::nn::Module& module) {
  const torch::NoGradGuard no_grad;
  for (auto& [name, tensor] : state_of(module)) {
    const torch::Tensor loaded = tensor_of(file.tensors.at(name));
    if (!loaded.isfinite().all().item<bool>()) {
      throw Error(ErrorKind::kCorrupt, "tensor '" + name + "' holds values that are not finite");
    }
    if (!may_be_negative(name) && loaded.lt(0).any().item<bool>()) {
      throw Error(ErrorKind::kCorrupt, "tensor '" + name + "' holds negative values");
    }
    tensor.copy_(loaded);
  }
}

NetworkFile parse_network(std::span<const std::uint8_t> bytes) {
  const SafeTensors file = parse_safetensors(bytes);
  const std::string& format = metadata_value(file.metadata, "format");
  if (format != kFormat)
    throw Error(ErrorKind::kUnsupported, "unknown model format '" + format + "'");
  NetworkFile parsed;
  parsed.options = read_options(file);
  check_tensors(file, parsed.options);
  parsed.network = make_network(parsed.options);
  load_tensors(file, *parsed.network);
  parsed.network->eval();
  // With a limit to its depth: whoever copies or prints it does so recursively.
  parsed.training =
      JsonDocument::parse(metadata_value(file.metadata, "training"), "'training' in the metadata")
          .root();
  parsed.metadata = file.metadata;
  for (const char* key : kCommonKeys) parsed.metadata.erase(key);
  return parsed;
}

}  // namespace

std::map<std::string, torch::Tensor> state_of(const torch::nn::Module& module) {
  std::map<std::string, torch::Tensor> state;
  for (const auto& item : module.named_parameters()) state[item.key()] = item.value();
  for (const auto& item : module.named_buffers()) state[item.key()] = item.value();
  return state;
}

// (The key is no std::string: GCC 14 would take the answer for a reference into it.)
const std::string& metadata_value(const std::map<std::string, std::string>& metadata,
                                  const char* key) {
  const auto found = metadata.find(key);
  if (found == metadata.end()) {
    throw Error(ErrorKind::kCorrupt,
                std::string("not a mnist-toolkit model: its metadata lack '") + key + "'");
  }
  return found->second;
}

double metadata_number(const std::map<std::string, std::string>& metadata, const char* key,
                       double min, double max) {
  const json value = json::parse(metadata_value(metadata, key), nullptr, false);
  if (!value.is_number() || !(value >= min && value <= max)) {
    throw Error(ErrorKind::kCorrupt,
                std::string("impossible value of '") + key + "' in the metadata");
  }
  return value.get<double>();
}

void save_network(const std::filesystem::path& path, const NetworkFile& file) {
  SafeTensors content;
  std::map<std::string, torch::Tensor> state = state_of(*file.network);
  for (auto& [name, tensor] : state) {
    tensor = tensor.detach().cpu().contiguous();
    content.tensors[name] = view_of(tensor);
  }
  content.metadata = {
      {"format", kFormat},
      {"producer", std::string("mnist-toolkit ") + kVersion},
      {"network", std::string(network_name(file.options))},
      {"options", options_json(file.options).dump()},
      {"training", file.training.dump()},
  };
  content.metadata.insert(file.metadata.begin(), file.metadata.end());
  write_file_atomically(path, serialize_safetensors(content));
}

std::filesystem::path resolve_model_path(const std::filesystem::path& path) {
  return is_folder(path) ? path / "best.safetensors" : path;
}

std::string network_digest(const std::filesystem::path& path) {
  return sha256_hex(read_file(resolve_model_path(path), kMaxModelBytes));
}

NetworkFile load_network(const std::filesystem::path& path) {
  const std::filesystem::path file = resolve_model_path(path);
  if (file != path && !is_there(file)) {
    throw Error(ErrorKind::kIo,
                "not a folder of a training run: it holds no " + file.filename().string(),
                path.string());
  }
  const Bytes bytes = read_file(file, kMaxModelBytes);
  try {
    NetworkFile loaded = parse_network(bytes);
    loaded.path = file.string();
    return loaded;
  } catch (const Error& error) {
    throw error.with_path(file.string());
  }
}

}  // namespace mnist
