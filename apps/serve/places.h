// Limits how many may do something at the same time. Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace mnist::app::serve {

using Clock = std::chrono::steady_clock;

// Thrown when the time for an answer is over before its work has begun.
struct TooLate {};

class Places {
 public:
  explicit Places(int count) : free_(count) {}

  // One place, for as long as it lives. Waits until one is free; throws TooLate if none is by
  // `until`.
  class Taken {
   public:
    Taken(Places& places, Clock::time_point until) : places_(places) {
      std::unique_lock lock(places_.mutex_);
      const auto any_free = [this] { return places_.free_ > 0; };
      if (!places_.changed_.wait_until(lock, until, any_free)) throw TooLate{};
      --places_.free_;
    }
    ~Taken() {
      {
        const std::lock_guard lock(places_.mutex_);
        ++places_.free_;
      }
      places_.changed_.notify_one();
    }
    Taken(const Taken&) = delete;
    Taken& operator=(const Taken&) = delete;

   private:
    Places& places_;
  };

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int free_;
};

}  // namespace mnist::app::serve
