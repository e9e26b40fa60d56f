// A client that sends what it is told, byte by byte if need be: proper ones would not attack.
#pragma once

#include <chrono>
#include <string>

namespace mnist::testing {

class HttpClient {
 public:
  // Connects to 127.0.0.1. Throws std::system_error.
  explicit HttpClient(int port);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  void send(const std::string& bytes) const;
  // One response: head and as much body as Content-Length says; what came until the end or the
  // time was over, if there is no whole one.
  std::string response(std::chrono::milliseconds patience = std::chrono::seconds(20));
  // Whether the server has closed the connection, or does in time.
  bool closed(std::chrono::milliseconds patience = std::chrono::seconds(20));

 private:
  bool receive(std::chrono::milliseconds patience);

  int socket_ = -1;
  std::string received_;
};

// The response to one request on a connection of its own.
std::string ask(int port, const std::string& request);

// The three digits of a response's first line, 0 where it has none.
int status_of(const std::string& response);
std::string body_of(const std::string& response);

std::string get(const std::string& path, const std::string& more_headers = "");
std::string post_png(const std::string& body, const std::string& more_headers = "");

}  // namespace mnist::testing
