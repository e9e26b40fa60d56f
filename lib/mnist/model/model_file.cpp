#include "mnist/model/model_file.h"

#include <utility>
#include <variant>

#include "mnist/base/error.h"
#include "mnist/base/shown_text.h"
#include "mnist/digit/digit.h"

namespace mnist {
namespace {

using nlohmann::json;

// The same in every classifier of this version, written for other readers of the file.
std::map<std::string, std::string> fixed_metadata() {
  return {{"classes", json({"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}).dump()},
          {"mean", json(kInkMean).dump()},
          {"std", json(kInkStd).dump()}};
}

[[noreturn]] void throw_other_kind(const NetworkFile& file) {
  throw Error(ErrorKind::kUnsupported, "contains the network '" +
                                           std::string(network_name(file.options)) +
                                           "', but a digit classifier is needed here");
}

// Everything that `file` says about a classifier except the network itself.
Model calibration_of(const NetworkFile& file) {
  if (!is_classifier(file.options)) throw_other_kind(file);
  for (const auto& [key, value] : fixed_metadata()) {
    const std::string& given = metadata_value(file.metadata, key.c_str());
    if (given == value) continue;
    throw Error(ErrorKind::kUnsupported, "'" + key + "' in the metadata is " + in_quotes(given) +
                                             ", here it is " + in_quotes(value));
  }
  Model model;
  model.temperature = metadata_number(file.metadata, "temperature", 1e-3, 1e3);
  model.reject_below = metadata_number(file.metadata, "reject_below", 0.0, 1.0);
  model.accept_above = metadata_number(file.metadata, "accept_above", 0.0, 1.0);
  return model;
}

// Neither plain paper nor full ink may give values that are not finite.
void require_finite_logits(Classifier& network) {
  const torch::InferenceMode inference;
  network->eval();
  const torch::Tensor ink = torch::zeros({2, 1, kDigitSide, kDigitSide});
  ink[1].fill_(1);
  require_finite(*network, {network->forward(ink)});
}

Model classifier_of(NetworkFile file) {
  Model model = calibration_of(file);
  auto network = std::dynamic_pointer_cast<ClassifierImpl>(file.network);
  if (!network) throw_other_kind(file);
  model.network = Classifier(std::move(network));
  require_finite_logits(model.network);
  model.training = std::move(file.training);
  model.path = std::move(file.path);
  return model;
}

}  // namespace

std::map<std::string, std::string> classifier_metadata(const Model& model) {
  std::map<std::string, std::string> metadata = fixed_metadata();
  metadata["temperature"] = json(model.temperature).dump();
  metadata["reject_below"] = json(model.reject_below).dump();
  metadata["accept_above"] = json(model.accept_above).dump();
  return metadata;
}

NetworkFile file_of(const Model& model) {
  return {.options = model.network->options,
          .network = model.network.ptr(),
          .metadata = classifier_metadata(model),
          .training = model.training,
          .path = model.path};
}

Model model_of(NetworkFile file) {
  const std::string path = file.path;
  try {
    return classifier_of(std::move(file));
  } catch (const Error& error) {
    throw error.with_path(path);
  }
}

void save_model(const std::filesystem::path& path, const Model& model) {
  save_network(path, file_of(model));
}

Model load_model(const std::filesystem::path& path) {
  return model_of(load_network(path, calibration_of));
}

}  // namespace mnist
