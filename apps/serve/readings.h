// Pictures are read on threads of their own. Reading one cannot be interrupted, but whoever asked
// for it can be told that it takes too long. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "serve/places.h"

namespace mnist::app::serve {

class Readings {
 public:
  // The answer to a picture. May throw; TooLate if it cannot begin by `until`. Several threads.
  using Read = std::function<std::string(std::span<const std::uint8_t> picture, bool with_input,
                                         Clock::time_point until)>;

  // On `threads` threads (1 or more), or as many of them as the system allows. Throws Error{kIo} if
  // it allows none.
  Readings(Read read, int threads);
  // Waits for what is being read.
  ~Readings();
  Readings(const Readings&) = delete;
  Readings& operator=(const Readings&) = delete;

  // Blocks until the answer is there; nothing if it is not by `until`, or once give_up() was
  // called. Throws what Read threw. A picture whose time is over is not begun any more.
  std::optional<std::string> read(std::vector<std::uint8_t> picture, bool with_input,
                                  Clock::time_point until);

  // Ends all waiting, now and from now on.
  void give_up();

  // Whether a picture is being read, though nobody may wait for it any more.
  bool busy();

 private:
  struct Question {
    std::vector<std::uint8_t> picture;
    bool with_input = false;
    Clock::time_point until;
    std::optional<std::string> answer{};
    std::exception_ptr failure{};
    bool done = false;
  };

  void work();
  void answer(Question& question) const;

  Read read_;
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
