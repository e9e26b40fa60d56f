// The path of a request: connections.h waits for its head; set_up() judges the head and, if it is
// not let in, marks the connection for closing; httplib routes it, and answers the refusal before
// the body is read. body.h finds the picture in the body, readings.h has it read for as long as the
// answer may take.
#include "serve/server.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <utility>

#include "mnist/base/error.h"
#include "mnist/base/system_reason.h"
#include "mnist/report/prediction_lines.h"

#include "serve/body.h"
#include "serve/http.h"
#include "serve/page.h"
#include "serve/query.h"
#include "serve/readings.h"

namespace mnist::app::serve {
namespace {

using httplib::Request;
using httplib::Response;
using Handling = httplib::Server::HandlerResponse;

constexpr const char* kJson = "application/json";
constexpr const char* kCorrect = "/api/correct";
constexpr const char* kReviewLabel = "/api/review/label";

// On every response: the page runs only its own files, in no other page's frame; content types are
// not guessed, and other sites do not learn where the reader came from.
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
  constexpr std::string_view kMapped = "::ffff:";  // IPv4 on an IPv6 socket
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

// A host as a person gives it, also an IPv6 address without brackets, in the form used in Host.
std::string own_name(const std::string& host) {
  const bool bare_ipv6 = !host.starts_with('[') && std::ranges::count(host, ':') > 1;
  std::string name = host_name(bare_ipv6 ? "[" + host + "]" : host);
  if (name.empty()) throw Error(ErrorKind::kUsage, "'" + host + "' is not a host name");
  return name;
}

// Set by set_up() and read by the handlers of the same request, which run on the same thread.
thread_local std::optional<Refusal> refused;
thread_local std::string content_type;

// httplib must not parse bodies: it limits forms to 8 KiB, and matches the headers of their parts
// with a recursive regular expression. body.h does it.
void hide_content_type(Request& request) {
  content_type = request.get_header_value("Content-Type");
  request.headers.erase("Content-Type");
  request.set_header("Content-Type", "application/octet-stream");
}

// "8", "0.4".
std::string seconds_text(std::chrono::milliseconds time) {
  const std::string tenths = std::to_string(time.count() % 1000 / 100);
  return std::to_string(time.count() / 1000) + (tenths == "0" ? "" : "." + tenths);
}

}  // namespace

class Server::Impl {
 public:
  Impl(const ServerOptions& options, ReadPicture read, std::string model, Log log)
      : options_(options),
        rules_{.hosts = {}, .token = options.token, .max_body = options.max_body},
        read_(std::move(read)),
        readings_(options.connections.workers),
        model_(std::move(model) + '\n'),
        log_(std::move(log)) {
    if (options.corrections != nullptr) rules_.posts.emplace_back(kCorrect);
    if (options.review != nullptr) rules_.posts.emplace_back(kReviewLabel);
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
                  : errno == 0        ? "this machine does not have that address"
                                      : system_reason(errno),
                  options.host + ":" + std::to_string(options.port));
    }
    connections_.emplace(
        options_.connections, [this](Connection& connection) { return answer(connection); },
        [](int status) { return early_refusal(status); });
  }

  int port() const { return port_; }

  bool run(const std::function<bool()>& stop_requested) {
    const bool stopped =
        http_.accept_until(stop_requested, [&](int socket) { connections_->add(socket); });
    connections_->drain([this] { readings_.give_up(); });
    if (!stopped) throw Error(ErrorKind::kIo, "no more connections can be accepted");
    return !readings_.busy();
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
    // Without it, httplib asks for the body of every request with Expect: 100-continue.
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
    // httplib's own handler sends what() in a header.
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
      if (file.path.starts_with("/review") && options_.review == nullptr) continue;
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
    http_.Get("/api/collection", [this](const Request& /*request*/, Response& response) {
      const Corrections* corrections = options_.corrections;
      response.set_content(
          (corrections != nullptr ? corrections->describe() : R"({"collects":false})") + '\n',
          kJson);
    });
    if (options_.corrections != nullptr) set_correction_handler(*options_.corrections);
    if (options_.review != nullptr) set_review_handlers(*options_.review);
  }

  void set_correction_handler(Corrections& corrections) {
    http_.Post(kCorrect, [this, &corrections](const Request& request, Response& response) {
      answer_in_time(response, kJson, [&](Clock::time_point until) -> Readings::Work {
        return [&corrections, until, labels = labels_in(request),
                picture = picture_in(content_type, request.body)] {
          corrections.keep(picture, labels, until);
          return corrections.describe() + '\n';
        };
      });
    });
  }

  void set_review_handlers(Review& review) {
    http_.Get("/api/review", [&review](const Request& /*request*/, Response& response) {
      response.set_content(review.describe() + '\n', kJson);
    });
    http_.Get("/api/review/picture", [this, &review](const Request& request, Response& response) {
      answer_in_time(response, "image/png", [&](Clock::time_point until) -> Readings::Work {
        return [&review, until, index = index_in(request, review.size())] {
          const auto png = review.picture(index, until);
          return std::string(png.begin(), png.end());
        };
      });
    });
    http_.Post(kReviewLabel, [this, &review](const Request& request, Response& response) {
      answer_in_time(response, kJson, [&](Clock::time_point /*until*/) -> Readings::Work {
        const std::vector<PlaceLabel> labels = labels_in(request);
        if (labels.size() > 1 || (labels.size() == 1 && labels.front().box)) {
          throw BadBody{400, "a reviewed picture takes exactly one label and no box"};
        }
        const auto label = labels.empty() ? std::nullopt : std::optional(labels.front().label);
        return [&review, label, index = index_in(request, review.size())] {
          review.label(index, label);
          return std::string("{\"status\":\"kept\"}\n");
        };
      });
    });
  }

  void predict(const Request& request, Response& response) {
    answer_in_time(response, kJson, [&](Clock::time_point until) -> Readings::Work {
      return [this, until, with_input = request.get_param_value("input") == "1",
              picture = picture_in(content_type, request.body)] {
        return read_(picture, with_input, until) + '\n';
      };
    });
  }

  // `work_by` examines the request, on this thread. The work that it returns runs on a thread of
  // readings_, for as long as an answer may take.
  void answer_in_time(Response& response, const char* type,
                      const std::function<Readings::Work(Clock::time_point until)>& work_by) {
    const Clock::time_point until = Clock::now() + options_.patience;
    try {
      if (const std::optional<std::string> answer = readings_.answer_of(work_by(until), until)) {
        response.set_content(*answer, type);
        return;
      }
      response.set_header("Retry-After", "1");
      answer_error(response, 503,
                   "no answer within " + seconds_text(options_.patience) +
                       " s: the server is busy, or this picture takes too long");
    } catch (const BadBody& bad) {
      answer_error(response, bad.status, bad.reason);
    } catch (const Error& error) {
      // A full disk, a file that has gone: not the request's fault.
      const bool is_ours = error.kind() == ErrorKind::kIo;
      if (is_ours) log_(error.what(), true);
      answer_error(response, is_ours ? 500 : 422, error.message());
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
      hide_content_type(request);
      request.ranges.clear();                    // 0.11 aborts on one beyond the end
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
        return "there is nothing under this path (POST /api/predict reads a picture)";
      case 408:
        return "the request took too long to arrive";
      case 413:
        return "the body is too large";
      case 414:
        return "the path is too long";
      case 431:
        return "the headers are too long";
      case 503:
        return "the server is busy: try again";
      default:
        return status < 500 ? "the request is malformed" : "an internal error";
    }
  }

  static std::string early_refusal(int status) {
    const std::string body = error_body(reason(status));
    std::string response = "HTTP/1.1 " + std::to_string(status) +
                           (status == 408   ? " Request Timeout"
                            : status == 503 ? " Service Unavailable\r\nRetry-After: 1"
                                            : " Request Header Fields Too Large");
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
  Readings readings_;
  std::string model_;
  Log log_;
  HttpServer http_;
  int port_ = -1;
  std::optional<Connections> connections_;  // destroyed first: its threads use the others
};

Server::Server(const ServerOptions& options, ReadPicture read, std::string model, Log log)
    : impl_(std::make_unique<Impl>(options, std::move(read), std::move(model), std::move(log))) {}

Server::~Server() = default;

int Server::port() const { return impl_->port(); }

bool Server::run(const std::function<bool()>& stop_requested) { return impl_->run(stop_requested); }

}  // namespace mnist::app::serve
