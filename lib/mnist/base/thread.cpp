#include "mnist/base/thread.h"

#include <cstddef>
#include <future>
#include <system_error>
#include <utility>
#include <vector>

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

int startable_threads(int most) {
  std::promise<void> end;
  const std::shared_future<void> ended = end.get_future().share();
  std::vector<std::thread> threads;
  threads.reserve(static_cast<std::size_t>(most));
  try {
    while (static_cast<int>(threads.size()) < most) {
      threads.push_back(start_thread([ended] { ended.wait(); }));
    }
  } catch (const Error&) {
    // No more than have started.
  }
  end.set_value();
  for (std::thread& thread : threads) thread.join();
  return static_cast<int>(threads.size());
}

}  // namespace mnist
