// A live line on a terminal, nothing in a log file.
#pragma once

#include <chrono>
#include <string>

#include "common/flags.h"

namespace mnist::app {

// One line on stderr that replaces itself. Silent when stderr is no terminal or with --quiet: what
// must be in a log is logged. Not thread-safe.
class ProgressBar {
 public:
  explicit ProgressBar(const CommonFlags& flags);
  ~ProgressBar() { clear(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // Shows "<label> [####----]  45 %  <detail>  0:12 left", at most ten times a second. The time
  // left is that of everything between `done` and `total` at the pace so far.
  void update(const std::string& label, double done, double total, const std::string& detail);

  // Removes the line, so that something else can be printed.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;

  bool visible_;
  bool shown_ = false;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_{};
};

}  // namespace mnist::app
