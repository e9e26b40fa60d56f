// Sound model files, and what the tests do to them.
#pragma once

#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "mnist/base/error.h"
#include "mnist/bytes/file.h"
#include "mnist/bytes/safetensors.h"
#include "mnist/model/model_file.h"
#include "mnist/model/page_network.h"
#include "mnist/model/tensor_view.h"

#include "support/environment.h"
#include "support/torch_catch.h"

namespace mnist::testing {

inline void save_sound_classifier(const std::filesystem::path& path) {
  torch::manual_seed(1);
  Model model;
  model.network = Classifier(ConvNetOptions{.channels = {4, 8}, .hidden = 16});
  save_model(path, model);
}

inline void save_sound_finder(const std::filesystem::path& path) {
  torch::manual_seed(1);
  NetworkFile file;
  file.options = PageNetOptions{.channels = 8, .pairs = 1, .ink = 8};
  file.network = make_network(file.options);
  file.metadata = {{"find_above", "0.5"}};
  save_network(path, file);
}

// The content of a model file, to be changed and written again.
class DamagedModel {
 public:
  // `bytes` must outlive this.
  explicit DamagedModel(const Bytes& bytes) : content_(parse_safetensors(bytes)) {}

  std::map<std::string, std::string>& metadata() { return content_.metadata; }
  torch::Tensor tensor(const std::string& name) const {
    return tensor_of(content_.tensors.at(name));
  }
  void remove(const std::string& name) { REQUIRE(content_.tensors.erase(name) == 1); }
  void replace(const std::string& name, const torch::Tensor& tensor) {
    kept_.push_back(tensor.contiguous());
    content_.tensors[name] = view_of(kept_.back());
  }
  void fill(const std::string& name, float value) { replace(name, tensor(name).fill_(value)); }
  void set_first(const std::string& name, float value) {
    torch::Tensor changed = tensor(name);
    changed.view(-1)[0] = value;
    replace(name, changed);
  }
  void save(const std::filesystem::path& path) const {
    write_file_atomically(path, serialize_safetensors(content_));
  }

 private:
  SafeTensors content_;
  std::deque<torch::Tensor> kept_;  // whose memory the content shows
};

// The message of the Error with which `load` refuses the file at `path`, which it must name.
inline std::string refusal_of(const std::function<void(const std::filesystem::path&)>& load,
                              const std::filesystem::path& path) {
  try {
    load(path);
  } catch (const Error& error) {
    CHECK(error.path() == path.string());
    CHECK((error.kind() == ErrorKind::kCorrupt || error.kind() == ErrorKind::kUnsupported));
    return error.message();
  }
  return "it was taken";
}

}  // namespace mnist::testing
