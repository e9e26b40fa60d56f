#include "predict/pipeline.h"

#include <chrono>
#include <utility>

#include "mnist/base/error.h"
#include "mnist/base/thread.h"

namespace mnist::app::predict {

Pipeline::Pipeline(Source source, Prepare prepare, int threads, std::size_t capacity)
    : source_(std::move(source)), prepare_(std::move(prepare)), capacity_(capacity) {
  try {
    start(threads);
  } catch (...) {
    stop();  // the destructor is not run
    throw;
  }
}

Pipeline::~Pipeline() { stop(); }

void Pipeline::start(int workers) {
  threads_.reserve(static_cast<std::size_t>(workers) + 1);
  threads_.push_back(start_thread([this] { work(); }));
  // Before the other workers: it must have its place if there are few.
  threads_.push_back(start_thread([this] { read(); }));
  try {
    for (int i = 1; i < workers; ++i) threads_.push_back(start_thread([this] { work(); }));
  } catch (const Error&) {
    // With those there are it takes longer.
  }
}

void Pipeline::stop() {
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
      std::optional<Input> input = source_();  // may block: not under the lock
      if (!input) break;
      auto slot = std::make_shared<Slot>();
      slot->input = std::move(*input);
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
      result = prepare_(slot->input);
    } catch (...) {
      failure = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    slot->result = std::move(result);
    slot->failure = failure;
    if (slot == slots_.front()) changed_.notify_all();
  }
}

std::vector<Prepared> Pipeline::take(std::size_t most, const std::function<void()>& while_waiting) {
  constexpr std::chrono::milliseconds kNowAndThen{200};
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, kNowAndThen,
                            [&] { return slots_.empty() ? exhausted_ : slots_.front()->done(); })) {
    lock.unlock();
    while_waiting();
    lock.lock();
  }
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
