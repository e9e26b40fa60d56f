#include "common/default_model.h"

#include <system_error>

#include "mnist/base/error.h"

namespace mnist::app {

namespace fs = std::filesystem;

fs::path model_path(const std::string& flag) {
  if (!flag.empty()) return flag;
  constexpr const char* kName = "digits.safetensors";
  std::error_code ignored;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored);
  const fs::path installed = program.parent_path().parent_path() / MNIST_INSTALL_MODELS / kName;
  if (fs::exists(installed)) return installed;
  const fs::path source = fs::path(MNIST_SOURCE_MODELS) / kName;
  if (fs::exists(source)) return source;
  throw Error(ErrorKind::kIo, "the shipped model is missing: use --model FILE", source.string());
}

}  // namespace mnist::app
