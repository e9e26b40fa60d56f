#include "serve/batcher.h"

#include <utility>

#include "mnist/base/thread.h"

namespace mnist::app::serve {

Batcher::Batcher(Predict predict)
    : predict_(std::move(predict)), thread_(start_thread([this] { run(); })) {}

Batcher::~Batcher() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  asked_.notify_one();
  thread_.join();
}

std::vector<Prediction> Batcher::predict(std::span<const NormalizedDigit> digits) {
  Question question{.digits = digits};
  std::unique_lock lock(mutex_);
  questions_.push_back(&question);
  asked_.notify_one();
  answered_.wait(lock, [&] { return question.done; });
  if (question.failure) std::rethrow_exception(question.failure);
  return std::move(question.answer);
}

void Batcher::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    asked_.wait(lock, [&] { return stopping_ || !questions_.empty(); });
    if (questions_.empty()) return;
    std::vector<Question*> batch = std::exchange(questions_, {});
    lock.unlock();
    answer(batch);
    lock.lock();
    for (Question* question : batch) question->done = true;
    answered_.notify_all();
  }
}

void Batcher::answer(std::span<Question*> questions) const {
  try {
    std::vector<NormalizedDigit> digits;
    for (const Question* question : questions) {
      digits.insert(digits.end(), question->digits.begin(), question->digits.end());
    }
    std::vector<Prediction> predictions = predict_(digits);
    auto next = predictions.begin();
    for (Question* question : questions) {
      const auto end = next + static_cast<std::ptrdiff_t>(question->digits.size());
      question->answer.assign(next, end);
      next = end;
    }
  } catch (...) {
    for (Question* question : questions) question->failure = std::current_exception();
  }
}

}  // namespace mnist::app::serve
