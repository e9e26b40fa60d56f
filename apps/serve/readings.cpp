#include "serve/readings.h"

#include <utility>

#include "mnist/base/error.h"
#include "mnist/base/thread.h"

namespace mnist::app::serve {

Readings::Readings(int threads) {
  threads_.reserve(static_cast<std::size_t>(threads));
  threads_.push_back(start_thread([this] { work(); }));
  try {
    for (int i = 1; i < threads; ++i) threads_.push_back(start_thread([this] { work(); }));
  } catch (const Error&) {
    // Fewer will do.
  }
}

Readings::~Readings() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  asked_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

std::optional<std::string> Readings::answer_of(Work work, Clock::time_point until) {
  auto question = std::make_shared<Question>(Question{.work = std::move(work)});
  std::unique_lock lock(mutex_);
  waiting_.push_back(question);
  asked_.notify_one();
  answered_.wait_until(lock, until, [&] { return question->done || gave_up_; });
  if (!question->done) {
    std::erase(waiting_, question);
    return std::nullopt;
  }
  if (question->failure) std::rethrow_exception(question->failure);
  return std::move(question->answer);
}

void Readings::give_up() {
  {
    const std::lock_guard lock(mutex_);
    gave_up_ = true;
  }
  answered_.notify_all();
}

bool Readings::busy() {
  const std::lock_guard lock(mutex_);
  return in_work_ > 0;
}

void Readings::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    asked_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const std::shared_ptr<Question> question = std::move(waiting_.front());
    waiting_.pop_front();
    ++in_work_;
    lock.unlock();
    answer(*question);
    lock.lock();
    --in_work_;
    question->done = true;
    answered_.notify_all();
  }
}

// Others read the members that it writes once `done` is set.
void Readings::answer(Question& question) {
  try {
    question.answer = question.work();
  } catch (const TooLate&) {
    // No answer.
  } catch (...) {
    question.failure = std::current_exception();
  }
}

}  // namespace mnist::app::serve
