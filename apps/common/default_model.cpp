#include "common/default_model.h"

#include <system_error>

#include "mnist/base/error.h"

namespace mnist::app {

namespace fs = std::filesystem;

namespace {

fs::path shipped(const char* name, const char* option) {
  std::error_code ignored;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored);
  const fs::path installed = program.parent_path().parent_path() / MNIST_INSTALL_MODELS / name;
  if (fs::exists(installed)) return installed;
  const fs::path source = fs::path(MNIST_SOURCE_MODELS) / name;
  if (fs::exists(source)) return source;
  throw Error(ErrorKind::kIo, std::string("the shipped model is missing: use ") + option + " FILE",
              source.string());
}

}  // namespace

fs::path model_path(const std::string& flag) {
  return flag.empty() ? shipped("digits.safetensors", "--model") : fs::path(flag);
}

fs::path page_model_path(const std::string& flag) {
  return flag.empty() ? shipped("page.safetensors", "--page-model") : fs::path(flag);
}

}  // namespace mnist::app
