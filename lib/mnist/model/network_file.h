// The file of a network of any kind.
//
// It is safetensors (bytes/safetensors.h); its tensors have the module's own names, and its
// metadata, all strings, the rest; docs/formats.md lists the keys. Python's `safetensors` reads it
// as it is. Pickle-based archives are never read: they can run code.
//
// Thread-safe for different networks.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <torch/nn/module.h>

#include "mnist/bytes/safetensors.h"
#include "mnist/model/network.h"

namespace mnist {

struct NetworkFile {
  NetworkOptions options;
  std::shared_ptr<torch::nn::Module> network;  // of these options
  // What else this kind of network needs, e.g. the classifier's temperature: the metadata that are
  // not named above or below.
  std::map<std::string, std::string> metadata;
  // How it came to be: config, epochs, seed, validation accuracy, digests of the training data.
  nlohmann::json training = nlohmann::json::object();
  std::string path;  // where it was loaded from; empty for one made in memory
};

// Writes `file` atomically. Tensors are stored as float32, row-major. Throws Error{kIo}, and
// {kUsage} for a `training` too large for such a file: more than 512 KiB.
void save_network(const std::filesystem::path& path, const NetworkFile& file);

// Refuses a file, by throwing Error, for what its header says: a NetworkFile without its network.
using NetworkCheck = std::function<void(const NetworkFile&)>;

// Loads a model file, or the best model of a run directory. The network is on the CPU and in
// evaluation mode. Header, names, types and shapes are checked against the network that the
// metadata describe, and by `check`, before the tensors are read; every value must be finite, and
// variances must not be negative. Throws Error: kIo, kCorrupt, kUnsupported (another format version
// or an unknown network), and what `check` throws.
NetworkFile load_network(const std::filesystem::path& path, const NetworkCheck& check = {});

// The model file that `path` stands for: itself, or best.safetensors of the run directory. Throws
// Error{kIo} if the system does not say which.
std::filesystem::path resolve_model_path(const std::filesystem::path& path);

// SHA-256 of that file's bytes. Throws Error{kIo}, {kUnsupported} if it is larger than a model may
// be.
std::string network_digest(const std::filesystem::path& path);

// Metadata values are JSON text within strings, so numbers and lists keep their form. Both throw
// Error{kCorrupt} for an absent key, the second for a number outside [min, max].
const std::string& metadata_value(const std::map<std::string, std::string>& metadata,
                                  const char* key);
double metadata_number(const std::map<std::string, std::string>& metadata, const char* key,
                       double min, double max);

// Throws Error{kCorrupt} if these answers of `network` are not all finite, naming the tensor with
// the largest values.
void require_finite(const torch::nn::Module& network, const std::vector<torch::Tensor>& answers);

// A module's parameters and buffers by name; the live ones, not copies.
std::map<std::string, torch::Tensor> state_of(const torch::nn::Module& module);

}  // namespace mnist
