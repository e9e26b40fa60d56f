#include "mnist/base/system_reason.h"

#include <cctype>

namespace mnist {

std::string system_reason(const std::error_code& failure) {
  std::string reason = failure.message();
  if (!reason.empty()) {
    reason.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(reason.front())));
  }
  return reason;
}

std::string system_reason(int error_number) {
  return system_reason(std::error_code(error_number, std::generic_category()));
}

}  // namespace mnist
