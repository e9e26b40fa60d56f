// System calls that a signal may interrupt. Internal to lib/mnist. Thread-safe.
#pragma once

#include <cerrno>

namespace mnist {

// Calls `call` until it does not fail with EINTR; errno is that of the last call.
template <typename Call>
auto retry(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

}  // namespace mnist
