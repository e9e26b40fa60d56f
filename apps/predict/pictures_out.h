// The folders of PNG files that mnist-predict writes beside its results. Each does nothing if its
// folder is "". Files are numbered, since two pictures may have the same name. Not thread-safe.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "predict/pipeline.h"

namespace mnist::app::predict {

// --dump-input: the 28x28 pixels that the classifier saw, 000001-scan.png, …
class InputDump {
 public:
  // For every digit of a picture (`all`), or for the surest.
  InputDump(const std::string& folder, bool all) : folder_(folder), all_(all) {}
  void write(const Prepared& prepared);

 private:
  std::filesystem::path folder_;
  bool all_;
  std::size_t count_ = 0;
};

// --explain: how each picture was read.
class Explanations {
 public:
  explicit Explanations(const std::string& folder) : folder_(folder) {}
  void write(const Prepared& prepared);

 private:
  std::filesystem::path folder_;
  std::size_t count_ = 0;
};

// --review-to: the part of the picture with a rejected or doubtful digit, or all of a picture that
// was rejected as a whole: 000001-scan-looks7-unsure.png.
class Review {
 public:
  Review(const std::string& folder, bool all) : folder_(folder), all_(all) {}
  void write(const Prepared& prepared);

 private:
  void write_part(const Prepared& prepared, const Find& find, const std::string& why);

  std::filesystem::path folder_;
  bool all_;
  std::size_t count_ = 0;
};

}  // namespace mnist::app::predict
