#include "common/data_files.h"

#include <cstdlib>

#include "mnist/base/error.h"

namespace mnist::app {

namespace fs = std::filesystem;

fs::path data_directory(const std::string& flag, const std::string& configured) {
  const char* environment = std::getenv("MNIST_DATA_DIR");
  fs::path folder = "data/mnist";
  if (!flag.empty()) {
    folder = flag;
  } else if (!configured.empty()) {
    folder = configured;
  } else if (environment != nullptr && *environment != '\0') {
    folder = environment;
  }
  if (!fs::is_directory(folder)) {
    throw Error(ErrorKind::kIo,
                "the data folder does not exist: run scripts/fetch-mnist.sh or use --data DIR",
                folder.string());
  }
  return folder;
}

DigitSet load_training_set(const fs::path& directory, const DataConfig& data) {
  return find_digit_set(directory, data.train_images, data.train_labels);
}

DigitSet load_test_set(const fs::path& directory, const DataConfig& data) {
  return find_digit_set(directory, data.test_images, data.test_labels);
}

}  // namespace mnist::app
