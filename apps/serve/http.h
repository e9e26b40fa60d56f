// cpp-httplib without its own threads and sockets: one request at a time over a Stream. Versions
// 0.11 (Debian 12) and 0.18 (Debian 13) differ in two signatures; only this file knows.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include <httplib.h>

namespace mnist::app::serve {

class HttpServer : public httplib::Server {
 public:
  using SetUp = std::function<void(httplib::Request&)>;
  using Accepted = std::function<void(int socket)>;

  // Binds and listens with only SO_REUSEADDR. httplib's default, SO_REUSEPORT, lets a second server
  // take half of the requests. Returns the port (for 0, the one that the system chose), or -1 with
  // errno set.
  int listen_at(const std::string& host, int port) {
    set_socket_options([this](int socket) {
      const int yes = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
      listening_ = socket;
    });
    int bound = port;
    if (port == 0) {
      bound = bind_to_any_port(host);
    } else if (!bind_to_port(host, port)) {
      bound = -1;
    }
    // httplib's backlog of 5 drops simultaneous connections.
    constexpr int kBacklog = 256;
    if (bound >= 0) ::listen(listening_, kBacklog);
    return bound;
  }

  // Passes every accepted socket to `accepted`, until `stop_requested`, which is called often.
  // Returns false if the listening socket failed.
  bool accept_until(const std::function<bool()>& stop_requested, Accepted accepted) {
    accepted_ = std::move(accepted);
    const auto stop_if_asked = [this, &stop_requested] {
      if (stop_requested()) stop();
    };
    set_idle_interval(0, 50'000);
    new_task_queue = [stop_if_asked] { return new InPlace(stop_if_asked); };
    return listen_after_bind();
  }

  // Reads one request from `stream` and writes the response. `set_up` sees the head before it is
  // acted on. False if the connection cannot serve another request.
  bool answer(httplib::Stream& stream, bool last, const std::string& local_address,
              const SetUp& set_up) {
    bool closed = false;
    return process(&HttpServer::process_request, stream, last, local_address, closed, set_up) &&
           !closed;
  }

 private:
  using Enqueued = decltype(std::declval<httplib::TaskQueue&>().enqueue({}));  // void or bool

  class InPlace : public httplib::TaskQueue {
   public:
    explicit InPlace(std::function<void()> on_each) : on_each_(std::move(on_each)) {}
    Enqueued enqueue(std::function<void()> task) override {
      task();
      on_each_();
      return static_cast<Enqueued>(true);
    }
    void on_idle() override { on_each_(); }
    void shutdown() override {}

   private:
    std::function<void()> on_each_;
  };

  bool process_and_close_socket(int socket) override {
    accepted_(socket);
    return true;
  }

  using Process11 = bool (httplib::Server::*)(httplib::Stream&, bool, bool&, const SetUp&);
  bool process(Process11 function, httplib::Stream& stream, bool last, const std::string&,
               bool& closed, const SetUp& set_up) {
    return (this->*function)(stream, last, closed, set_up);
  }

  using Process18 = bool (httplib::Server::*)(httplib::Stream&, const std::string&, int,
                                              const std::string&, int, bool, bool&, const SetUp&);
  bool process(Process18 function, httplib::Stream& stream, bool last, const std::string& local,
               bool& closed, const SetUp& set_up) {
    return (this->*function)(stream, {}, 0, local, 0, last, closed, set_up);
  }

  Accepted accepted_;
  int listening_ = -1;
};

}  // namespace mnist::app::serve
