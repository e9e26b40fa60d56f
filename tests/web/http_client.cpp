#include "web/http_client.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace mnist::testing {
namespace {

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

[[noreturn]] void fail(const char* call) {
  throw std::system_error(errno, std::generic_category(), call);
}

}  // namespace

HttpClient::HttpClient(int port) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const sockaddr_in address = loopback(port);
  if (socket_ < 0) fail("socket");
  if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int why = errno;
    close(socket_);
    errno = why;
    fail("connect");
  }
}

HttpClient::~HttpClient() { close(socket_); }

void HttpClient::send(const std::string& bytes) const {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t n = ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n < 0) return;  // the server has closed: response() will show it
    sent += static_cast<std::size_t>(n);
  }
}

bool HttpClient::receive(std::chrono::milliseconds patience) {
  pollfd end{socket_, POLLIN, 0};
  if (poll(&end, 1, static_cast<int>(patience.count())) <= 0) return false;
  std::array<char, 65536> bytes{};
  const ssize_t n = recv(socket_, bytes.data(), bytes.size(), 0);
  if (n <= 0) return false;
  received_.append(bytes.data(), static_cast<std::size_t>(n));
  return true;
}

std::string HttpClient::response(std::chrono::milliseconds patience) {
  while (true) {
    const auto end = received_.find("\r\n\r\n");
    if (end != std::string::npos) {
      const auto field = received_.find("Content-Length: ");
      const std::size_t length =
          field < end ? std::strtoul(received_.c_str() + field + 16, nullptr, 10) : 0;
      const std::size_t size = end + 4 + length;
      if (received_.size() >= size) {
        std::string whole = received_.substr(0, size);
        received_.erase(0, size);
        return whole;
      }
    }
    if (!receive(patience)) return std::exchange(received_, {});
  }
}

bool HttpClient::closed(std::chrono::milliseconds patience) {
  pollfd end{socket_, POLLIN, 0};
  if (poll(&end, 1, static_cast<int>(patience.count())) <= 0) return false;
  char byte = 0;
  return recv(socket_, &byte, 1, MSG_PEEK) <= 0;
}

std::string ask(int port, const std::string& request) {
  HttpClient client(port);
  client.send(request);
  return client.response();
}

int status_of(const std::string& response) {
  return response.starts_with("HTTP/1.1 ") ? std::atoi(response.c_str() + 9) : 0;
}

std::string body_of(const std::string& response) {
  const auto end = response.find("\r\n\r\n");
  return end == std::string::npos ? "" : response.substr(end + 4);
}

std::string get(const std::string& path, const std::string& more_headers) {
  return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + more_headers + "\r\n";
}

std::string post_png(const std::string& body, const std::string& more_headers) {
  return "POST /api/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n"
         "Content-Length: " +
         std::to_string(body.size()) + "\r\n" + more_headers + "\r\n" + body;
}

}  // namespace mnist::testing
