// A trained network with all it needs to be used, and the file that holds it.
//
// The file is safetensors (bytes/safetensors.h) whose tensors carry the module's own names and
// whose metadata, all strings, say the rest; docs/formats.md lists the keys. Python's `safetensors`
// reads it as it is. Pickle-based archives are never read: they can run code.
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <string>

#include <nlohmann/json.hpp>

#include "mnist/model/network.h"

namespace mnist {

struct Model {
  ConvNet network{nullptr};
  // Logits are divided by it before softmax, so that confidence means probability of being right
  // (Guo et al., "On calibration of modern neural networks", 2017).
  double temperature = 1.0;
  // A digit whose confidence lies below is rejected as unsure.
  double reject_below = 0.5;
  // An image whose acceptance (Prediction::acceptance) lies below is rejected as not a digit; 0 for
  // a network that was not trained to tell.
  double accept_above = 0.0;
  // How it came to be: config, epochs, seed, validation accuracy, digests of the training data.
  nlohmann::json training = nlohmann::json::object();
  std::string path;  // where it was loaded from; empty for one made in memory
};

// Writes `model` atomically. Tensors are stored as float32, row-major. Throws Error{kIo}.
void save_model(const std::filesystem::path& path, const Model& model);

// Loads a model file, or the best one of a run directory. The network is on the CPU and in
// evaluation mode. Header, names, types and shapes are checked against the network that the
// metadata describe before anything of that size is allocated; every value must be finite. Throws
// Error: kIo, kCorrupt, kUnsupported (another format version or network).
Model load_model(const std::filesystem::path& path);

// The model file that `path` stands for: itself, or best.safetensors of the run directory.
std::filesystem::path resolve_model_path(const std::filesystem::path& path);

// A module's parameters and buffers by name, and back. Loading checks nothing.
std::map<std::string, torch::Tensor> state_of(const torch::nn::Module& module);

}  // namespace mnist
