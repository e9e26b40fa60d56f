// A live line on a terminal, nothing in a log file.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

#include "common/flags.h"

namespace mnist::app {

// One line on stderr that replaces itself. Silent if stderr is not a terminal or with --quiet: what
// must be in a log is logged. Not thread-safe.
class ProgressBar {
 public:
  explicit ProgressBar(const CommonFlags& flags);
  ~ProgressBar() { clear(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // Shows "<label> [####----]  45 %  <detail>  0:12 left", at most ten times a second. The time
  // left is that from `done` to `total` at the pace since the first call.
  void update(const std::string& label, double done, double total, const std::string& detail);

  // Removes the line, so something else can be printed.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;

  bool visible_;
  bool shown_ = false;
  double first_done_ = -1;  // at the first call, which was at start_
  Clock::time_point start_{};
  Clock::time_point last_{};
};

// Called after each picture with how many are done.
using OnPicture = std::function<void(std::size_t done, std::size_t total)>;

// A bar for pictures; it disappears after the last.
OnPicture progress_of_pictures(const CommonFlags& flags);

}  // namespace mnist::app
