#include "predict/pipeline.h"

#include <utility>

namespace mnist::app::predict {

Pipeline::Pipeline(Source source, Prepare prepare, int threads, std::size_t capacity)
    : source_(std::move(source)), prepare_(std::move(prepare)), capacity_(capacity) {
  threads_.emplace_back([this] { read(); });
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

Pipeline::~Pipeline() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Pipeline::read() {
  try {
    while (true) {
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return stopping_ || slots_.size() < capacity_; });
        if (stopping_) return;
      }
      std::optional<std::string> path = source_();  // may block: not under the lock
      if (!path) break;
      auto slot = std::make_shared<Slot>();
      slot->path = std::move(*path);
      const std::lock_guard lock(mutex_);
      slots_.push_back(slot);
      waiting_.push_back(std::move(slot));
      changed_.notify_all();
    }
  } catch (...) {
    const std::lock_guard lock(mutex_);
    source_failure_ = std::current_exception();
  }
  const std::lock_guard lock(mutex_);
  exhausted_ = true;
  changed_.notify_all();
}

void Pipeline::work() {
  while (true) {
    std::shared_ptr<Slot> slot;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return stopping_ || exhausted_ || !waiting_.empty(); });
      if (stopping_ || waiting_.empty()) return;
      slot = std::move(waiting_.front());
      waiting_.pop_front();
    }
    std::optional<Prepared> result;
    std::exception_ptr failure;
    try {
      result = prepare_(slot->path);
    } catch (...) {
      failure = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    slot->result = std::move(result);
    slot->failure = failure;
    if (slot == slots_.front()) changed_.notify_all();
  }
}

std::vector<Prepared> Pipeline::take(std::size_t most) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return slots_.empty() ? exhausted_ : slots_.front()->done(); });
  std::vector<Prepared> taken;
  while (taken.size() < most && !slots_.empty() && slots_.front()->done()) {
    if (slots_.front()->failure) {
      if (!taken.empty()) break;  // first what came before it
      std::rethrow_exception(slots_.front()->failure);
    }
    taken.push_back(std::move(*slots_.front()->result));
    slots_.pop_front();
  }
  if (taken.empty() && source_failure_) std::rethrow_exception(source_failure_);
  changed_.notify_all();
  return taken;
}

}  // namespace mnist::app::predict
