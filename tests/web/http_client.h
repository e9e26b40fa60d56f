// A client that sends whatever it is told to, byte by byte if need be: a proper one would not
// attack.
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
  // One response: head and as much body as Content-Length says; if incomplete, what arrived before
  // the end or before the time was over.
  std::string response(std::chrono::milliseconds patience = std::chrono::seconds(20));
  // Whether the server has closed the connection, or does in time.
  bool closed(std::chrono::milliseconds patience = std::chrono::seconds(20));

 private:
  bool receive(std::chrono::milliseconds patience);

  int socket_ = -1;
  std::string received_;
};

// The response to one request on a separate connection.
std::string ask(int port, const std::string& request);

// The three digits of a response's first line, 0 if it has none.
int status_of(const std::string& response);
std::string body_of(const std::string& response);

std::string get(const std::string& path, const std::string& more_headers = "");
std::string post_png(const std::string& body, const std::string& more_headers = "");

}  // namespace mnist::testing
