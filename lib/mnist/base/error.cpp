#include "mnist/base/error.h"

namespace mnist {

Error::Error(ErrorKind kind, const std::string& message, const std::string& path)
    : std::runtime_error(path.empty() ? message : path + ": " + message),
      kind_(kind),
      message_(message),
      path_(path) {}

void throw_corrupt(const std::string& message) { throw Error(ErrorKind::kCorrupt, message); }

}  // namespace mnist
