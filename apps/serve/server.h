// The HTTP server: who is let in (admission.h), what is answered, and the page.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "serve/admission.h"
#include "serve/connections.h"

namespace mnist::app::serve {

struct ServerOptions {
  std::string host = "127.0.0.1";
  int port = 8080;                   // 0: any that is free
  std::vector<std::string> hosts{};  // further names that Host may have
  std::string token{};               // that /api/ asks for; empty: none
  std::uint64_t max_body = 24 << 20;
  ConnectionLimits connections{};
};

class Server {
 public:
  // The answer to a picture: a JSON object. Throws Error where the picture cannot be read. Called
  // from several threads.
  using ReadPicture =
      std::function<std::string(std::span<const std::uint8_t> picture, bool with_input)>;
  // A line about each request that was answered, and about each fault inside. Several threads.
  using Log = std::function<void(const std::string& line, bool is_fault)>;

  // Binds; nobody is answered yet. `model` is what GET /api/model says, a JSON object. Throws
  // Error{kIo}, e.g. where the port is in use.
  Server(const ServerOptions& options, ReadPicture read, std::string model, Log log);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  int port() const;
  // Answers until `stop_requested`, which is asked many times a second, then finishes the requests
  // that have begun. Call it once. Throws Error{kIo} when no connection can be taken any more.
  void run(const std::function<bool()>& stop_requested);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mnist::app::serve
