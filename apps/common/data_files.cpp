#include "common/data_files.h"

#include <cstdlib>

#include "mnist/base/error.h"
#include "mnist/bytes/file.h"
#include "mnist/bytes/folder.h"

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
  const fs::file_type type = type_at(folder);
  if (type == fs::file_type::not_found) {
    throw Error(ErrorKind::kIo,
                "the data folder does not exist: run scripts/fetch-mnist.sh or use --data DIR",
                folder.string());
  }
  if (type != fs::file_type::directory) {
    throw Error(ErrorKind::kIo, "is not a folder: the data are in a folder of MNIST's files",
                folder.string());
  }
  return folder;
}

JsonDocument read_config_document(const fs::path& file) {
  constexpr std::uint64_t kMostBytes = 1 << 20;
  const Bytes bytes = read_file(file, kMostBytes);
  const std::string text(bytes.begin(), bytes.end());
  return JsonDocument::parse(text, file.string());
}

void add_form_flags(CLI::App& app, ImageForm& form, const std::string& files) {
  const auto names = orientation_names();
  app.add_option("--orientation", form.orientation,
                 "Orientation of the images in " + files +
                     ", e.g. transposed for EMNIST: upright, transposed, "
                     "mirrored, flipped, upside-down, turned-left or turned-right")
      ->check(CLI::IsMember(std::vector<std::string>(names.begin(), names.end())))
      ->capture_default_str();
  app.add_flag("--invert", form.inverted, "Their digits are dark on white");
}

DigitSet load_training_set(const fs::path& directory, const DataConfig& data) {
  return normalized(find_digit_set(directory, data.train_images, data.train_labels), data.form);
}

DigitSet load_test_set(const fs::path& directory, const DataConfig& data) {
  return normalized(find_digit_set(directory, data.test_images, data.test_labels), data.form);
}

}  // namespace mnist::app
