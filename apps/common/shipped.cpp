#include "common/shipped.h"

#include <system_error>

#include "mnist/base/error.h"
#include "mnist/bytes/folder.h"

namespace mnist::app {

namespace fs = std::filesystem;

namespace {

// `what`: its name in the message; `name`: its path, e.g. "models/page.safetensors".
fs::path shipped(const std::string& what, const char* name, const char* option) {
  std::error_code ignored;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored);
  const fs::path installed = program.parent_path().parent_path() / MNIST_INSTALL_DATA / name;
  if (is_there(installed)) return installed;
  const fs::path source = fs::path(MNIST_SOURCE) / name;
  if (is_there(source)) return source;
  throw Error(ErrorKind::kIo, "the shipped " + what + " is missing: use " + option + " FILE",
              source.string());
}

}  // namespace

fs::path model_path(const std::string& flag) {
  return flag.empty() ? shipped("model", "models/digits.safetensors", "--model") : fs::path(flag);
}

fs::path page_model_path(const std::string& flag) {
  return flag.empty() ? shipped("model", "models/page.safetensors", "--page-model")
                      : fs::path(flag);
}

fs::path fast_config_path(const std::string& flag) {
  return flag.empty() ? shipped("config", "configs/fast.json", "--config") : fs::path(flag);
}

}  // namespace mnist::app
