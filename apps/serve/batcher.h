// Many threads ask, one thread runs the network: simultaneous requests go through it as one batch.
#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "mnist/digit/page.h"
#include "mnist/digit/prediction.h"

namespace mnist::app::serve {

class Batcher {
 public:
  // One prediction per find, in order; may throw. Called only on the batcher's thread.
  using Predict = std::function<std::vector<Prediction>(std::span<const Find>)>;

  // Throws Error{kIo} if the system allows no thread.
  explicit Batcher(Predict predict);
  ~Batcher();
  Batcher(const Batcher&) = delete;
  Batcher& operator=(const Batcher&) = delete;

  // Blocks until the network has answered. Throws what Predict threw. Thread-safe.
  std::vector<Prediction> predict(std::span<const Find> finds);

 private:
  struct Question {
    std::span<const Find> finds;
    std::vector<Prediction> answer{};
    std::exception_ptr failure{};
    bool done = false;
  };

  void run();
  void answer(std::span<Question*> questions) const;

  Predict predict_;
  std::mutex mutex_;
  std::condition_variable asked_;
  std::condition_variable answered_;
  std::vector<Question*> questions_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace mnist::app::serve
