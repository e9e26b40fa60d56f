#include "mnist/base/thread.h"

#include <system_error>
#include <utility>

#include "mnist/base/error.h"
#include "mnist/base/system_reason.h"

namespace mnist {

std::thread start_thread(std::function<void()> work) {
  try {
    return std::thread(std::move(work));
  } catch (const std::system_error& failure) {
    throw Error(ErrorKind::kIo, "cannot start a thread: " + system_reason(failure.code()));
  }
}

}  // namespace mnist
