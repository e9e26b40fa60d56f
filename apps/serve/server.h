// The HTTP server: who is let in (admission.h), what is answered, and the page.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "serve/admission.h"
#include "serve/connections.h"
#include "serve/corrections.h"
#include "serve/readings.h"
#include "serve/review.h"

namespace mnist::app::serve {

struct ServerOptions {
  std::string host = "127.0.0.1";
  int port = 8080;                   // 0: any free one
  std::vector<std::string> hosts{};  // other names that Host may have
  std::string token{};               // that /api/ requires; empty: none
  std::uint64_t max_body = 24 << 20;
  std::chrono::milliseconds patience{8000};  // for a picture that has arrived to be read
  ConnectionLimits connections{};
  // Both must outlive the server.
  Corrections* corrections = nullptr;  // where corrections are kept; null: nowhere
  Review* review = nullptr;            // what review.html goes through; null: there is no such page
};

class Server {
 public:
  // The answer to a picture: a JSON object. Throws Error if the picture cannot be read, TooLate if
  // it cannot begin by `until`. Called from several threads.
  using ReadPicture = std::function<std::string(std::span<const std::uint8_t> picture,
                                                bool with_input, Clock::time_point until)>;
  // Called with a line about each answered request and each internal fault. Several threads.
  using Log = std::function<void(const std::string& line, bool is_fault)>;

  // Binds, but does not answer yet. `model` is what GET /api/model says, a JSON object. Throws
  // Error{kIo}, e.g. if the port is in use or the system allows no threads.
  Server(const ServerOptions& options, ReadPicture read, std::string model, Log log);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  int port() const;
  // Answers until `stop_requested`, which is called many times a second, then finishes the requests
  // that have begun, for at most ConnectionLimits::drain; those not done by then get a 503. Returns
  // within another half second: true unless a picture is still being read, for which the destructor
  // would wait. Call it once. Throws Error{kIo} if no more connections can be accepted.
  bool run(const std::function<bool()>& stop_requested);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mnist::app::serve
