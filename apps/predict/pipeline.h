// Reads and prepares pictures on several threads while the network works on others, and delivers
// them in the order they were named.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "mnist/digit/page.h"
#include "mnist/image/image.h"

#include "predict/inputs.h"

namespace mnist::app::predict {

// A picture on its way: prepared for the network, or the reason why not.
struct Prepared {
  std::string path;
  Page page;  // without predictions
  std::optional<std::string> failure;
  Image picture{};  // only if it is needed
};

class Pipeline {
 public:
  using Source = std::function<std::optional<Input>()>;
  using Emit = std::function<void(Prepared prepared)>;
  // Calls `emit` once for each picture in the file.
  using Prepare = std::function<void(const Input& input, const Emit& emit)>;

  // `source` is called on a separate thread, `prepare` on `threads` others (1 or more), or on as
  // many of them as the system allows; if either throws, take() rethrows. At most `capacity` files
  // are held, and at most kPages pictures of each, however many there are. Throws Error{kIo} if the
  // system allows fewer than two threads.
  Pipeline(Source source, Prepare prepare, int threads, std::size_t capacity);
  // Stops after the pictures in progress. Blocks as long as `source` does.
  ~Pipeline();
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  // The next pictures that are ready, 1 to `most`, in order; waits only for the first, so slow
  // input is answered at once and fast input comes in batches. Empty at the end. While it waits, it
  // calls `while_waiting` now and then, which may throw.
  std::vector<Prepared> take(std::size_t most, const std::function<void()>& while_waiting);

 private:
  static constexpr std::size_t kPages = 64;

  struct Slot {
    Input input;
    std::deque<Prepared> results;  // not taken yet
    bool is_done = false;          // no more results will come
    std::exception_ptr failure;
    bool shows_something() const { return is_done || !results.empty(); }
  };

  void start(int workers);
  void stop();
  void read();
  void work();
  void add(Slot& slot, Prepared prepared);
  void take_ready(std::size_t most, std::vector<Prepared>& taken);

  Source source_;
  Prepare prepare_;
  std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<Slot>> slots_;    // in order; the front is the next to be delivered
  std::deque<std::shared_ptr<Slot>> waiting_;  // nobody works on these yet
  std::exception_ptr source_failure_;
  bool exhausted_ = false;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace mnist::app::predict
