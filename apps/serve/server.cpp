// A request's way: connections.h waits for its head; set_up() judges the head and, where it is not
// let in, marks the connection for closing; httplib routes it, and answers the refusal before the
// body is read.
#include "serve/server.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "mnist/base/error.h"
#include "mnist/base/system_reason.h"
#include "mnist/bytes/base64.h"
#include "mnist/report/prediction_lines.h"

#include "serve/http.h"
#include "serve/page.h"

namespace mnist::app::serve {
namespace {

using httplib::Request;
using httplib::Response;
using Handling = httplib::Server::HandlerResponse;

constexpr const char* kJson = "application/json";

// On every response: the page runs its own files alone, in no other page's frame; nothing is
// guessed from content, nothing tells other sites where the reader came from.
const std::vector<std::pair<std::string, std::string>> kHeaders = {
    {"Content-Security-Policy",
     "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
     "object-src 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cache-Control", "no-store"}};

std::string error_body(const std::string& reason) {
  return prediction_json({.path = "-", .outcome = ReadFailure{reason}}) + '\n';
}

void answer_error(Response& response, int status, const std::string& reason) {
  response.status = status;
  response.set_content(error_body(reason), kJson);
}

// The text "image" of a body {"image": base64}. Whatever else a body holds, it costs no more than
// its length: parsing stops at the first value that is not looked for.
struct ImageField : nlohmann::json_sax<nlohmann::json> {
  std::string key_name;
  std::optional<std::string> image;
  bool too_much = false;
  int depth = 0;

  bool unwanted() {
    too_much = true;
    return false;
  }
  bool string(string_t& text) override {
    if (depth != 1 || key_name != "image" || image) return unwanted();
    image = std::move(text);
    return true;
  }
  bool key(string_t& name) override {
    key_name = name;
    return true;
  }
  bool start_object(std::size_t /*size*/) override { return ++depth == 1 || unwanted(); }
  bool end_object() override { return --depth == 0; }
  bool null() override { return unwanted(); }
  bool boolean(bool /*value*/) override { return unwanted(); }
  bool number_integer(number_integer_t /*value*/) override { return unwanted(); }
  bool number_unsigned(number_unsigned_t /*value*/) override { return unwanted(); }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override {
    return unwanted();
  }
  bool binary(binary_t& /*value*/) override { return unwanted(); }
  bool start_array(std::size_t /*size*/) override { return unwanted(); }
  bool end_array() override { return unwanted(); }
  bool parse_error(std::size_t /*at*/, const std::string& /*token*/,
                   const nlohmann::detail::exception& /*why*/) override {
    return false;
  }
};

struct BadRequest {
  std::string reason;
};

std::vector<std::uint8_t> picture_in_json(const std::string& body) {
  ImageField field;
  const bool parsed = nlohmann::json::sax_parse(body, &field);
  if (!parsed && !field.too_much) throw BadRequest{"the body is no JSON"};
  if (!parsed || !field.image) throw BadRequest{"the body must be {\"image\": base64}"};
  std::erase_if(*field.image, [](char c) { return c == '\n' || c == '\r'; });  // as base64(1) adds
  auto picture = from_base64(*field.image);
  if (!picture) throw BadRequest{"\"image\" is no base64"};
  return std::move(*picture);
}

// httplib's view of a connection.
class ConnectionStream : public httplib::Stream {
 public:
  explicit ConnectionStream(Connection& connection) : connection_(connection) {}
  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }
  ssize_t read(char* bytes, std::size_t size) override { return connection_.read(bytes, size); }
  ssize_t write(const char* bytes, std::size_t size) override {
    return connection_.write({bytes, size}) ? static_cast<ssize_t>(size) : -1;
  }
  void get_remote_ip_and_port(std::string& /*ip*/, int& /*port*/) const override {}
  void get_local_ip_and_port(std::string& /*ip*/, int& /*port*/) const override {}
  int socket() const override { return connection_.socket(); }

 private:
  Connection& connection_;
};

std::string local_address(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  std::array<char, NI_MAXHOST> text{};
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (getsockname(socket, generic, &size) != 0 ||
      getnameinfo(generic, size, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0) {
    return {};
  }
  std::string result = text.data();
  constexpr std::string_view kMapped = "::ffff:";  // IPv4 on a socket of IPv6
  return result.starts_with(kMapped) ? result.substr(kMapped.size()) : result;
}

RequestHead head_of(const Request& request, std::string local) {
  RequestHead head{.method = request.method,
                   .path = request.path,
                   .headers = {},
                   .local_address = std::move(local)};
  for (const auto& [name, value] : request.headers) head.headers.emplace_back(name, value);
  return head;
}

// A host as a person gives it, IPv6 addresses without brackets too, in the form of Host's.
std::string own_name(const std::string& host) {
  const bool bare_ipv6 = !host.starts_with('[') && std::ranges::count(host, ':') > 1;
  std::string name = host_name(bare_ipv6 ? "[" + host + "]" : host);
  if (name.empty()) throw Error(ErrorKind::kUsage, "'" + host + "' is no host name");
  return name;
}

// Set by set_up() and read by the handlers of the same request, which run on the same thread.
thread_local std::optional<Refusal> refused;

}  // namespace

class Server::Impl {
 public:
  Impl(const ServerOptions& options, ReadPicture read, std::string model, Log log)
      : options_(options),
        rules_{.hosts = {}, .token = options.token, .max_body = options.max_body},
        read_(std::move(read)),
        model_(std::move(model) + '\n'),
        log_(std::move(log)) {
    for (const std::string& host : options.hosts) rules_.hosts.push_back(own_name(host));
    rules_.hosts.insert(rules_.hosts.end(), {"localhost", "127.0.0.1", "::1"});
    rules_.hosts.push_back(own_name(options.host));
    set_limits();
    set_handlers();
    errno = 0;
    port_ = http_.listen_at(options.host, options.port);
    if (port_ < 0) {
      throw Error(ErrorKind::kIo,
                  errno == EADDRINUSE ? "the port is in use"
                  : errno == 0        ? "no such address here"
                                      : system_reason(errno),
                  options.host + ":" + std::to_string(options.port));
    }
  }

  int port() const { return port_; }

  void run(const std::function<bool()>& stop_requested) {
    Connections connections(
        options_.connections, [this](Connection& connection) { return answer(connection); },
        [](int status) { return early_refusal(status); });
    const bool stopped =
        http_.accept_until(stop_requested, [&](int socket) { connections.add(socket); });
    connections.drain();
    if (!stopped) throw Error(ErrorKind::kIo, "no connection can be taken any more");
  }

 private:
  void set_limits() {
    const auto seconds = [](std::chrono::milliseconds time) { return time.count() / 1000; };
    http_.set_payload_max_length(options_.max_body);
    http_.set_keep_alive_timeout(seconds(options_.connections.idle));
    http_.set_keep_alive_max_count(static_cast<std::size_t>(options_.connections.requests));
    http_.set_read_timeout(seconds(options_.connections.request));
    http_.set_write_timeout(seconds(options_.connections.request));
    httplib::Headers headers;
    for (const auto& [name, value] : kHeaders) headers.emplace(name, value);
    http_.set_default_headers(std::move(headers));
  }

  void set_handlers() {
    http_.set_pre_routing_handler([](const Request& /*request*/, Response& response) {
      if (!refused) return Handling::Unhandled;
      answer_error(response, refused->status, refused->reason);
      if (refused->status == 405) response.set_header("Allow", refused->allow);
      if (refused->status == 401) response.set_header("WWW-Authenticate", "Bearer");
      return Handling::Handled;
    });
    // Without it httplib asks for the body of every request that offers to wait.
    http_.set_expect_100_continue_handler([](const Request& /*request*/, Response& response) {
      if (!refused) return 100;
      answer_error(response, refused->status, refused->reason);
      return refused->status;
    });
    http_.set_error_handler(
        httplib::Server::HandlerWithResponse([](const Request& /*request*/, Response& response) {
          if (response.body.empty())
            answer_error(response, response.status, reason(response.status));
          return Handling::Handled;
        }));
    // httplib's own sends what() in a header.
    http_.set_exception_handler(
        [this](const Request& request, Response& response, std::exception_ptr fault) {
          answer_error(response, 500, "an internal error");
          std::string what = "unknown exception";
          try {
            std::rethrow_exception(std::move(fault));
          } catch (const std::exception& error) {
            what = error.what();
          } catch (...) {
          }
          log_(request.method + " " + request.path + ": " + what, true);
        });
    for (const PageFile& file : page_files()) {
      const auto send = [&file](const Request& /*request*/, Response& response) {
        response.headers.erase("Cache-Control");
        response.set_header("Cache-Control", "no-cache");
        response.set_content(file.content.data(), file.content.size(), std::string(file.type));
      };
      http_.Get(std::string(file.path), send);
      if (file.path == "/index.html") http_.Get("/", send);
    }
    http_.Get("/healthz", [](const Request& /*request*/, Response& response) {
      response.set_content("{\"status\":\"ok\"}\n", kJson);
    });
    http_.Get("/api/model", [this](const Request& /*request*/, Response& response) {
      response.set_content(model_, kJson);
    });
    http_.Post("/api/predict",
               [this](const Request& request, Response& response) { predict(request, response); });
  }

  void predict(const Request& request, Response& response) {
    const bool with_input = request.get_param_value("input") == "1";
    try {
      if (media_type(head_of(request, {})) == kJson) {
        response.set_content(read_(picture_in_json(request.body), with_input) + '\n', kJson);
      } else {
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(request.body.data());
        response.set_content(read_({bytes, request.body.size()}, with_input) + '\n', kJson);
      }
    } catch (const BadRequest& bad) {
      answer_error(response, 400, bad.reason);
    } catch (const Error& error) {
      answer_error(response, 422, error.message());
    }
  }

  Connections::Next answer(Connection& connection) {
    using Next = Connections::Next;
    const auto begin = std::chrono::steady_clock::now();
    ConnectionStream stream(connection);
    const std::string local = local_address(connection.socket());
    std::optional<std::uint64_t> length;
    std::string request_line = "(no request)";
    bool closes = connection.last();
    const bool reusable = http_.answer(stream, connection.last(), local, [&](Request& request) {
      const RequestHead head = head_of(request, local);
      request_line = head.method + " " + head.path;
      length = body_length(head);
      refused = refusal(head, rules_);
      request.ranges.clear();                    // 0.11 aborts on one that lies beyond the end
      request.headers.erase("Accept-Encoding");  // small answers, and 0.11 takes br;q=0 for br
      if (request.get_header_value("Connection") == "close") closes = true;
      if (refused && length != 0) closes = true;
      if (closes) {
        request.headers.erase("Connection");
        request.set_header("Connection", "close");
      }
    });
    refused.reset();
    const auto spent = std::chrono::steady_clock::now() - begin;
    log_(request_line + ", " + std::to_string(std::chrono::nanoseconds(spent).count() / 1000) +
             " microseconds",
         false);
    const bool all_read =
        length.has_value() && connection.consumed() == connection.head_size() + *length;
    if (!all_read) return Next::kLinger;
    return reusable && !closes ? Next::kKeep : Next::kClose;
  }

  static std::string reason(int status) {
    switch (status) {
      case 404:
        return "there is nothing under this path";
      case 408:
        return "the request took too long";
      case 413:
        return "the body is too large";
      case 414:
        return "the path is too long";
      case 431:
        return "the headers are too long";
      default:
        return status < 500 ? "the request is malformed" : "an internal error";
    }
  }

  static std::string early_refusal(int status) {
    const std::string body = error_body(reason(status));
    std::string response =
        "HTTP/1.1 " + std::to_string(status) +
        (status == 408 ? " Request Timeout" : " Request Header Fields Too Large");
    for (const auto& [name, value] : kHeaders) {
      response.append("\r\n").append(name).append(": ").append(value);
    }
    response += "\r\nContent-Type: " + std::string(kJson) +
                "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size());
    return response + "\r\n\r\n" + body;
  }

  ServerOptions options_;
  AdmissionRules rules_;
  ReadPicture read_;
  std::string model_;
  Log log_;
  HttpServer http_;
  int port_ = -1;
};

Server::Server(const ServerOptions& options, ReadPicture read, std::string model, Log log)
    : impl_(std::make_unique<Impl>(options, std::move(read), std::move(model), std::move(log))) {}

Server::~Server() = default;

int Server::port() const { return impl_->port(); }

void Server::run(const std::function<bool()>& stop_requested) { impl_->run(stop_requested); }

}  // namespace mnist::app::serve
