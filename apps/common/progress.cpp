#include "common/progress.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>

#include <sys/ioctl.h>
#include <unistd.h>

namespace mnist::app {
namespace {

constexpr int kBarWidth = 24;

std::string bar(double share) {
  const int filled = static_cast<int>(std::lround(share * kBarWidth));
  return std::string(filled, '#') + std::string(kBarWidth - filled, '-');
}

std::string clock_text(double seconds) {
  const long whole = std::lround(seconds);
  char text[32];
  if (whole >= 3600) {
    std::snprintf(text, sizeof text, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
  } else {
    std::snprintf(text, sizeof text, "%ld:%02ld", whole / 60, whole % 60);
  }
  return text;
}

int terminal_columns() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

ProgressBar::ProgressBar(const CommonFlags& flags)
    : visible_(!flags.quiet && isatty(STDERR_FILENO) == 1) {}

void ProgressBar::update(const std::string& label, double done, double total,
                         const std::string& detail) {
  const Clock::time_point now = Clock::now();
  if (first_done_ < 0) {  // a resumed run has done part of it already
    start_ = now;
    first_done_ = done;
  }
  if (!visible_ || now - last_ < std::chrono::milliseconds(100)) return;
  last_ = now;
  const double share = std::clamp(done / total, 0.0, 1.0);
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  char percent[16];
  std::snprintf(percent, sizeof percent, "%3.0f %%", 100 * share);
  std::string line = label + " [" + bar(share) + "] " + percent + "  " + detail;
  if (done > first_done_) {
    line += "  " + clock_text(elapsed * (total - done) / (done - first_done_)) + " left";
  }
  // A line wider than the terminal would wrap, and could not be removed.
  line.resize(std::min<std::size_t>(line.size(), terminal_columns() - 1));
  std::fprintf(stderr, "\r\x1b[2K%s", line.c_str());
  std::fflush(stderr);
  shown_ = true;
}

void ProgressBar::clear() {
  if (!shown_) return;
  std::fputs("\r\x1b[2K", stderr);
  std::fflush(stderr);
  shown_ = false;
}

OnPicture progress_of_pictures(const CommonFlags& flags) {
  const auto bar = std::make_shared<ProgressBar>(flags);
  return [bar](std::size_t done, std::size_t total) {
    bar->update("reading pictures", static_cast<double>(done), static_cast<double>(total),
                std::to_string(done) + " of " + std::to_string(total));
    if (done == total) bar->clear();
  };
}

}  // namespace mnist::app
