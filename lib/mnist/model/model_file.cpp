#include "mnist/model/model_file.h"

#include <utility>

#include "mnist/base/error.h"

namespace mnist {
namespace {

using nlohmann::json;

// The same in every classifier of this version, written for other readers of the file.
std::map<std::string, std::string> fixed_metadata() {
  return {{"classes", json({"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}).dump()},
          {"mean", json(kInkMean).dump()},
          {"std", json(kInkStd).dump()}};
}

Model classifier_of(NetworkFile file) {
  auto network = std::dynamic_pointer_cast<ClassifierImpl>(file.network);
  if (!network) {
    throw Error(ErrorKind::kUnsupported, "contains the network '" +
                                             std::string(network_name(file.options)) +
                                             "', but a digit classifier is needed here");
  }
  for (const auto& [key, value] : fixed_metadata()) {
    if (metadata_value(file.metadata, key.c_str()) != value) {
      throw Error(ErrorKind::kUnsupported, "its '" + key + "' differs from this program's");
    }
  }
  return {.network = Classifier(std::move(network)),
          .temperature = metadata_number(file.metadata, "temperature", 1e-3, 1e3),
          .reject_below = metadata_number(file.metadata, "reject_below", 0.0, 1.0),
          .accept_above = metadata_number(file.metadata, "accept_above", 0.0, 1.0),
          .training = std::move(file.training),
          .path = std::move(file.path)};
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

Model load_model(const std::filesystem::path& path) { return model_of(load_network(path)); }

}  // namespace mnist
