// Where the MNIST files are.
#pragma once

#include <filesystem>
#include <string>

#include <CLI/CLI.hpp>

#include "mnist/bytes/json_document.h"
#include "mnist/data/digit_set.h"
#include "mnist/data/image_form.h"
#include "mnist/train/config.h"

namespace mnist::app {

// The folder of the data: `flag` (--data) if given, else `configured` (the config's
// data.directory), else $MNIST_DATA_DIR, else data/mnist. Throws Error{kIo} if it is not a folder,
// saying how to get the data.
std::filesystem::path data_directory(const std::string& flag, const std::string& configured);

// Reads a config file of at most 1 MiB; its values are not checked yet. Throws Error{kIo}, {kUsage}
// for broken JSON.
JsonDocument read_config_document(const std::filesystem::path& file);

// --orientation and --invert, for `files`, the help's name for them.
void add_form_flags(CLI::App& app, ImageForm& form, const std::string& files);

// The pair of files that `data` names, in `directory`, in MNIST's form.
DigitSet load_training_set(const std::filesystem::path& directory, const DataConfig& data);
DigitSet load_test_set(const std::filesystem::path& directory, const DataConfig& data);

}  // namespace mnist::app
