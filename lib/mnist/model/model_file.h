// A trained classifier of digits with everything needed to use it, and its file (network_file.h).
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include <nlohmann/json.hpp>

#include "mnist/model/classifier.h"
#include "mnist/model/network_file.h"

namespace mnist {

struct Model {
  Classifier network{nullptr};
  // Logits are divided by it before softmax, so confidence is the probability of being right (Guo
  // et al., "On calibration of modern neural networks", 2017).
  double temperature = 1.0;
  // A digit with a lower confidence is rejected as unsure.
  double reject_below = 0.5;
  // An image with a lower acceptance (Prediction::acceptance) is rejected as not a digit; 0 for a
  // network that was not trained to tell.
  double accept_above = 0.0;
  // NetworkFile::training and NetworkFile::path.
  nlohmann::json training = nlohmann::json::object();
  std::string path;
};

// Writes `model` atomically. Throws Error{kIo}.
void save_model(const std::filesystem::path& path, const Model& model);

// Loads a classifier like load_network. Throws what that throws, and Error: kUnsupported for a
// network of another kind, kCorrupt for impossible calibration and for values so large that logits
// are not finite.
Model load_model(const std::filesystem::path& path);

// The same without a file. model_of throws like load_model.
NetworkFile file_of(const Model& model);
Model model_of(NetworkFile file);

// NetworkFile::metadata of a classifier: its calibration, and what other readers need to use it.
std::map<std::string, std::string> classifier_metadata(const Model& model);

}  // namespace mnist
