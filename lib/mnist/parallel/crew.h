// A few threads that share short pieces of work, hundreds of times a second.
//
// Unlike a static split with a barrier, pieces are claimed one at a time: a thread that the system
// has suspended delays only the piece it has begun, and the others take the rest. So which thread
// does a piece is left to chance; a caller that wants the same result every time must give every
// piece a separate output. Internal to lib/mnist.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <type_traits>
#include <vector>

namespace mnist {

class Crew {
 public:
  // `threads` includes the calling thread. If the system gives fewer, fewer do the same work.
  explicit Crew(int threads);
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  int size() const { return static_cast<int>(helpers_.size()) + 1; }

  // Calls work(piece, worker) for every piece below `pieces`, worker below size(), and returns when
  // all have returned. `work` must not throw.
  template <class Work>
  void run(int pieces, Work&& work) {
    run(
        pieces,
        [](void* context, int piece, int worker) {
          (*static_cast<std::remove_reference_t<Work>*>(context))(piece, worker);
        },
        &work);
  }

 private:
  using Function = void (*)(void* context, int piece, int worker);
  void run(int pieces, Function function, void* context);
  void help(int worker);
  void claim(std::uint32_t round, int worker);

  std::vector<std::thread> helpers_;
  Function function_ = nullptr;
  void* context_ = nullptr;
  // The round in the high half, the number of pieces yet to be claimed in the low half: one word,
  // so a helper that wakes late cannot claim a piece of a round it has not seen begin.
  alignas(64) std::atomic<std::uint64_t> open_{0};
  alignas(64) std::atomic<int> unfinished_{0};
  alignas(64) std::atomic<std::uint32_t> round_{0};
  std::atomic<bool> stop_{false};
};

}  // namespace mnist
