#include "mnist/model/network_file.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

#include <torch/utils.h>

#include "mnist/base/error.h"
#include "mnist/base/shown_text.h"
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
// The header and its length.
constexpr std::size_t kBeginningBytes = kShortHeaderBytes + 8;

// The keys that every model file has; the others depend on its kind.
constexpr std::array<const char*, 5> kCommonKeys = {"format", "producer", "network", "options",
                                                    "training"};

// How long the JSON text may be: parsed, it takes many times its length.
constexpr std::size_t kMostOptionsBytes = std::size_t{16} << 10;
constexpr std::size_t kMostTrainingBytes = std::size_t{512} << 10;

// The JSON object in the metadata's text `key`; its depth is limited, since copying and printing it
// are recursive.
JsonDocument metadata_object(const SafeTensors& file, const char* key, std::size_t most_bytes) {
  const std::string& text = metadata_value(file.metadata, key);
  if (text.size() > most_bytes) {
    throw Error(ErrorKind::kCorrupt, std::string("'") + key + "' in the metadata is longer than " +
                                         std::to_string(most_bytes >> 10) + " KiB");
  }
  try {
    return JsonDocument::parse(text, key);
  } catch (const Error& error) {
    throw Error(ErrorKind::kCorrupt,
                std::string("'") + key + "' in the metadata: " + error.message());
  }
}

NetworkOptions read_options(const SafeTensors& file) {
  const std::string& name = metadata_value(file.metadata, "network");
  const JsonDocument document = metadata_object(file, "options", kMostOptionsBytes);
  JsonObjectReader reader(document, "");
  try {
    NetworkOptions options = read_network_options(name, reader);
    reader.finish();
    return options;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kUnsupported) throw;
    throw Error(ErrorKind::kCorrupt, "'options' in the metadata: " + error.message());
  }
}

std::string shape_text(const std::vector<std::int64_t>& shape) { return json(shape).dump(); }

void check_tensors(const SafeTensors& file, const NetworkOptions& options) {
  const auto expected = expected_tensors(options);
  for (const auto& [name, shape] : expected) {
    const auto found = file.tensors.find(name);
    if (found == file.tensors.end())
      throw Error(ErrorKind::kCorrupt, "tensor " + in_quotes(name) + " is missing");
    if (found->second.shape != shape) {
      throw Error(ErrorKind::kCorrupt, "tensor " + in_quotes(name) + " has shape " +
                                           shape_text(found->second.shape) +
                                           ", the network needs " + shape_text(shape));
    }
    const TensorType type =
        name.ends_with("num_batches_tracked") ? TensorType::kInt64 : TensorType::kFloat32;
    if (found->second.type != type) {
      throw Error(ErrorKind::kCorrupt, "tensor " + in_quotes(name) + " has type " +
                                           to_string(found->second.type) + ", the network needs " +
                                           to_string(type));
    }
  }
  for (const auto& [name, view] : file.tensors) {
    if (!expected.contains(name)) {
      throw Error(ErrorKind::kCorrupt,
                  "tensor " + in_quotes(name) + " does not belong to the network");
    }
  }
}

// What is wrong with the values of tensor `name`; null if nothing is. Batch normalisation divides
// by the root of its variances, and counts what it has seen; in float32, it gathers no mean whose
// square would overflow.
const char* fault_of(std::string_view name, const torch::Tensor& values) {
  constexpr double kMostMean = 1e18;
  const auto all = [](const torch::Tensor& are) { return are.all().item<bool>(); };
  const bool is_variance = name.ends_with("running_var");
  const bool is_mean = name.ends_with("running_mean");
  if (!all(values.isfinite())) return "values that are not finite";
  if ((is_variance || name.ends_with("num_batches_tracked")) && !all(values.ge(0))) {
    return "negative values";
  }
  if ((is_mean && !all(values.abs().le(kMostMean))) ||
      (is_variance && !all(values.le(kMostMean * kMostMean)))) {
    return "statistics that no training gathers";
  }
  return nullptr;
}

void load_tensors(const SafeTensors& file, torch::nn::Module& module) {
  const torch::NoGradGuard no_grad;
  for (auto& [name, tensor] : state_of(module)) {
    const torch::Tensor loaded = tensor_of(file.tensors.at(name));
    if (const char* fault = fault_of(name, loaded)) {
      throw Error(ErrorKind::kCorrupt, "tensor " + in_quotes(name) + " contains " + fault);
    }
    tensor.copy_(loaded);
  }
}

// Everything except the network, which the tensors fit: they are checked without their data.
NetworkFile read_description(const SafeTensors& file) {
  const std::string& format = metadata_value(file.metadata, "format");
  if (format != kFormat) {
    throw Error(ErrorKind::kUnsupported, "unknown model format " + in_quotes(format));
  }
  NetworkFile description;
  description.options = read_options(file);
  check_tensors(file, description.options);
  description.training = metadata_object(file, "training", kMostTrainingBytes).root();
  description.metadata = file.metadata;
  for (const char* key : kCommonKeys) description.metadata.erase(key);
  return description;
}

NetworkFile parse_network(std::span<const std::uint8_t> bytes) {
  const SafeTensors file = parse_safetensors(bytes);
  NetworkFile parsed = read_description(file);
  parsed.network = make_network(parsed.options);
  load_tensors(file, *parsed.network);
  parsed.network->eval();
  return parsed;
}

}  // namespace

std::map<std::string, torch::Tensor> state_of(const torch::nn::Module& module) {
  std::map<std::string, torch::Tensor> state;
  for (const auto& item : module.named_parameters()) state[item.key()] = item.value();
  for (const auto& item : module.named_buffers()) state[item.key()] = item.value();
  return state;
}

// (The key is not a std::string: GCC 14 would take the result for a reference into it.)
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
  constexpr std::size_t kMostDigits = 64;
  const std::string& text = metadata_value(metadata, key);
  const json value = text.size() > kMostDigits ? json() : json::parse(text, nullptr, false);
  if (!value.is_number() || !(value >= min && value <= max)) {
    throw Error(ErrorKind::kCorrupt,
                std::string("'") + key + "' in the metadata must be a number between " +
                    json(min).dump() + " and " + json(max).dump() + ", not " + in_quotes(text));
  }
  return value.get<double>();
}

void require_finite(const torch::nn::Module& network, const std::vector<torch::Tensor>& answers) {
  const auto is_finite = [](const torch::Tensor& answer) {
    return answer.isfinite().all().item<bool>();
  };
  if (std::ranges::all_of(answers, is_finite)) return;
  std::string largest;
  double most = -1;
  for (const auto& [name, tensor] : state_of(network)) {
    const double size = tensor.abs().max().item<double>();
    if (size <= most) continue;
    most = size;
    largest = name;
  }
  std::ostringstream text;
  text.precision(3);
  text << "its answers are not finite numbers: tensor " << in_quotes(largest)
       << " contains values up to " << most;
  throw Error(ErrorKind::kCorrupt, text.str());
}

void save_network(const std::filesystem::path& path, const NetworkFile& file) {
  SafeTensors content;
  const std::string training = file.training.dump();
  if (training.size() > kMostTrainingBytes) {
    throw Error(ErrorKind::kUsage,
                "the description of its training is longer than " +
                    std::to_string(kMostTrainingBytes >> 10) + " KiB",
                path.string());
  }
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
      {"training", training},
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

NetworkFile load_network(const std::filesystem::path& path, const NetworkCheck& check) {
  const std::filesystem::path file = resolve_model_path(path);
  if (file != path && !is_there(file)) {
    throw Error(ErrorKind::kIo,
                "not a training run: there is no " + file.filename().string() + " in it",
                path.string());
  }
  const auto look = [&](std::span<const std::uint8_t> beginning,
                        std::optional<std::uint64_t> size) {
    const NetworkFile description = read_description(parse_safetensors_beginning(beginning, size));
    if (check) check(description);
  };
  try {
    NetworkFile loaded =
        parse_network(read_file(file, kMaxModelBytes, {.most = kBeginningBytes, .look = look}));
    loaded.path = file.string();
    return loaded;
  } catch (const Error& error) {
    throw error.with_path(file.string());
  }
}

}  // namespace mnist
