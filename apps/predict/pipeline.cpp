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
    stop();  // the destructor will not run
    throw;
  }
}

Pipeline::~Pipeline() { stop(); }

void Pipeline::start(int workers) {
  threads_.reserve(static_cast<std::size_t>(workers) + 1);
  threads_.push_back(start_thread([this] { work(); }));
  // Before the other workers: it must start even if only few can.
  threads_.push_back(start_thread([this] { read(); }));
  try {
    for (int i = 1; i < workers; ++i) threads_.push_back(start_thread([this] { work(); }));
  } catch (const Error&) {
    // With fewer it just takes longer.
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
    std::exception_ptr failure;
    try {
      prepare_(slot->input, [&](Prepared prepared) { add(*slot, std::move(prepared)); });
    } catch (...) {
      failure = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    slot->failure = failure;
    slot->is_done = true;
    if (slot == slots_.front()) changed_.notify_all();
  }
}

// Waits while too many of the file's pictures are held. The file at the front is always being
// worked on, since files are begun in order, so there is always progress.
void Pipeline::add(Slot& slot, Prepared prepared) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return stopping_ || slot.results.size() < kPages; });
  slot.results.push_back(std::move(prepared));
  if (&slot == slots_.front().get()) changed_.notify_all();
}

std::vector<Prepared> Pipeline::take(std::size_t most, const std::function<void()>& while_waiting) {
  constexpr std::chrono::milliseconds kNowAndThen{200};
  std::unique_lock lock(mutex_);
  std::vector<Prepared> taken;
  // The end of a file may come after all of its pictures have been taken: then there is nothing to
  // return.
  while (taken.empty() && !(slots_.empty() && exhausted_)) {
    const auto is_ready = [&] {
      return slots_.empty() ? exhausted_ : slots_.front()->shows_something();
    };
    while (!changed_.wait_for(lock, kNowAndThen, is_ready)) {
      lock.unlock();
      while_waiting();
      lock.lock();
    }
    take_ready(most, taken);
    changed_.notify_all();
  }
  if (taken.empty() && source_failure_) std::rethrow_exception(source_failure_);
  return taken;
}

// Throws what preparing a file threw, after everything before it has been taken.
void Pipeline::take_ready(std::size_t most, std::vector<Prepared>& taken) {
  while (taken.size() < most && !slots_.empty() && slots_.front()->shows_something()) {
    Slot& front = *slots_.front();
    while (taken.size() < most && !front.results.empty()) {
      taken.push_back(std::move(front.results.front()));
      front.results.pop_front();
    }
    if (!front.results.empty() || !front.is_done) return;
    if (front.failure) {
      if (!taken.empty()) return;
      std::rethrow_exception(front.failure);
    }
    slots_.pop_front();
  }
}

}  // namespace mnist::app::predict
