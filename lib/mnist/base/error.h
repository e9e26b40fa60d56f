// The one exception type that this library throws.
//
// what() is a single line fit for a user: "<path>: <message>", or "<message>" if no file is
// involved. Programs map every kind to exit code 2; the kind is for callers that react to it.
#pragma once

#include <stdexcept>
#include <string>

namespace mnist {

enum class ErrorKind {
  kUsage,        // the caller asked for something impossible: a bad option, an unknown key
  kIo,           // the operating system refused: absent file, no permission, full disk
  kCorrupt,      // the bytes contradict their format
  kUnsupported,  // the bytes are sound, but of a kind, size or version not handled here
  kDevice,       // the compute device asked for is not there
};

class Error : public std::runtime_error {
 public:
  // `message` says what is wrong, in lower case and without a full stop; `path` names the file it
  // is about, empty for none.
  Error(ErrorKind kind, const std::string& message, const std::string& path = {});

  ErrorKind kind() const noexcept { return kind_; }
  const std::string& message() const noexcept { return message_; }
  const std::string& path() const noexcept { return path_; }

  // The same error, about the file `path`: parsers of bytes do not know where the bytes came from.
  Error with_path(const std::string& path) const { return {kind_, message_, path}; }

 private:
  ErrorKind kind_;
  std::string message_;
  std::string path_;
};

// Throws Error{kCorrupt}.
[[noreturn]] void throw_corrupt(const std::string& message);

}  // namespace mnist
