// Slow work, above all reading pictures, runs on separate threads. It cannot be interrupted, but
// whoever asked for it can be told that it takes too long. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "serve/places.h"

namespace mnist::app::serve {

class Readings {
 public:
  // Makes an answer. May throw; TooLate if it cannot begin in time. Called on one of the threads.
  using Work = std::function<std::string()>;

  // Uses `threads` threads (1 or more), or as many of them as the system allows. Throws Error{kIo}
  // if it allows none.
  explicit Readings(int threads);
  // Waits for the work in progress.
  ~Readings();
  Readings(const Readings&) = delete;
  Readings& operator=(const Readings&) = delete;

  // Blocks until the answer is there; nothing if it is not by `until`, or once give_up() was
  // called. Throws what `work` threw. Work whose time is over is no longer begun; what has begun
  // continues after this returns, so `work` must own what it needs.
  std::optional<std::string> answer_of(Work work, Clock::time_point until);

  // Ends all waiting, now and from now on.
  void give_up();

  // Whether work is in progress, even if nobody waits for it any more.
  bool busy();

 private:
  struct Question {
    Work work;
    std::optional<std::string> answer{};
    std::exception_ptr failure{};
    bool done = false;
  };

  void work();
  static void answer(Question& question);

  std::mutex mutex_;
  std::condition_variable asked_;
  std::condition_variable answered_;
  std::deque<std::shared_ptr<Question>> waiting_;
  std::size_t in_work_ = 0;
  bool gave_up_ = false;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace mnist::app::serve
