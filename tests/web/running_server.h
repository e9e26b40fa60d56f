// The server in this process, with a reader that a test provides.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <utility>

#include "serve/server.h"

namespace mnist::testing {

using Read = app::serve::Server::ReadPicture;

// Says how many bytes it was given.
inline std::string echo(std::span<const std::uint8_t> picture, bool with_input,
                        app::serve::Clock::time_point /*until*/) {
  return R"({"bytes":)" + std::to_string(picture.size()) + (with_input ? R"(,"input":""})" : "}");
}

class RunningServer {
 public:
  explicit RunningServer(app::serve::ServerOptions options = {}, Read read = echo)
      : server_(prepared(options), std::move(read), R"({"network":"none"})",
                [this](const std::string& line, bool is_fault) {
                  if (!is_fault) return;
                  const std::lock_guard lock(mutex_);
                  faults_ += line;
                }),
        thread_([this] { all_ended_ = server_.run([this] { return stop_.load(); }); }) {}
  ~RunningServer() { stop(); }
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;

  int port() const { return server_.port(); }
  void ask_to_stop() { stop_ = true; }
  void stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  // After stop(): what run() returned.
  bool all_ended() const { return all_ended_; }
  std::string faults() {
    const std::lock_guard lock(mutex_);
    return faults_;
  }

 private:
  static app::serve::ServerOptions prepared(app::serve::ServerOptions options) {
    options.port = 0;
    return options;
  }

  std::atomic<bool> stop_ = false;
  std::atomic<bool> all_ended_ = false;
  std::mutex mutex_;
  std::string faults_;
  app::serve::Server server_;
  std::thread thread_;
};

}  // namespace mnist::testing
