// Requests that take long or never end: others are answered meanwhile, and they end in time.
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.h"
#include "web/http_client.h"
#include "web/running_server.h"

namespace mnist::testing {
namespace {

using namespace std::chrono_literals;
using app::serve::Clock;
using app::serve::ServerOptions;

// A reader that is stuck in every picture until the gate opens.
class Gate {
 public:
  ~Gate() { open(); }
  Read reader() {
    return [this](auto picture, bool with_input, Clock::time_point until) {
      ++stuck_;
      while (!open_) std::this_thread::sleep_for(1ms);
      return echo(picture, with_input, until);
    };
  }
  void wait_for(int readers) const {
    while (stuck_ < readers) std::this_thread::sleep_for(1ms);
  }
  void open() { open_ = true; }

 private:
  std::atomic<int> stuck_ = 0;
  std::atomic<bool> open_ = false;
};

std::vector<std::unique_ptr<HttpClient>> clients(int port, int count, const std::string& request) {
  std::vector<std::unique_ptr<HttpClient>> all;
  for (int i = 0; i < count; ++i) {
    all.push_back(std::make_unique<HttpClient>(port));
    all.back()->send(request);
  }
  return all;
}

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

std::string unfinished_post() {
  return "POST /api/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n"
         "Content-Length: 1000\r\n\r\n12";
}

}  // namespace

TEST_CASE("while one picture takes long, others are answered", "[server]") {
  std::atomic<bool> first = true;
  Gate gate;
  RunningServer server({}, [&, stuck = gate.reader()](auto picture, bool with_input, auto until) {
    return first.exchange(false) ? stuck(picture, with_input, until)
                                 : echo(picture, with_input, until);
  });
  HttpClient slow(server.port());
  slow.send(post_png("slow"));
  gate.wait_for(1);
  const auto begin = Clock::now();
  for (int i = 0; i < 20; ++i) CHECK(status_of(ask(server.port(), post_png("1"))) == 200);
  CHECK(seconds_since(begin) < 3);
  gate.open();
  CHECK(body_of(slow.response()) == "{\"bytes\":4}\n");
}

TEST_CASE("a picture that takes too long is a 503 in time, and its connection goes on",
          "[server]") {
  Gate gate;
  ServerOptions options;
  options.patience = 300ms;
  RunningServer server(options, gate.reader());
  HttpClient client(server.port());
  const auto begin = Clock::now();
  client.send(post_png("1"));
  const std::string response = client.response();
  CHECK(seconds_since(begin) < 3);
  CHECK(status_of(response) == 503);
  CHECK(response.find("Retry-After: ") != std::string::npos);
  CHECK(body_of(response).find("no answer within 0.3 s") != std::string::npos);
  gate.open();
  client.send(post_png("1"));
  CHECK(status_of(client.response()) == 200);
}

TEST_CASE("a picture whose time is over before its turn is not read for nobody", "[server]") {
  Gate gate;
  std::atomic<int> begun = 0;
  ServerOptions options;
  options.patience = 300ms;
  options.connections.workers = 2;  // and as many readers
  {
    RunningServer server(options, [&, stuck = gate.reader()](auto picture, bool input, auto until) {
      ++begun;
      return stuck(picture, input, until);
    });
    for (int i = 0; i < 5; ++i) CHECK(status_of(ask(server.port(), post_png("1"))) == 503);
    gate.open();
  }
  CHECK(begun <= 2);
}

TEST_CASE("pictures and bodies that take long leave workers for the page", "[server]") {
  Gate gate;
  const RunningServer server({}, gate.reader());
  const auto stuck = clients(server.port(), 40, post_png("1"));
  const auto slow = clients(server.port(), 40, unfinished_post());
  gate.wait_for(10);
  const auto begin = Clock::now();
  for (int i = 0; i < 20; ++i) CHECK(status_of(ask(server.port(), get("/"))) == 200);
  CHECK(seconds_since(begin) < 3);
  gate.open();
}

TEST_CASE("a request for which no worker becomes free is a 503 in time", "[server]") {
  Gate gate;
  ServerOptions options;
  options.connections.turn = 300ms;
  options.connections.workers = 3;
  const RunningServer server(options, gate.reader());
  const auto stuck = clients(server.port(), 3, post_png("1"));
  gate.wait_for(2);
  const auto begin = Clock::now();
  HttpClient client(server.port());
  client.send(post_png("1"));
  const std::string response = client.response();
  CHECK(status_of(response) == 503);
  CHECK(response.find("Retry-After: ") != std::string::npos);
  CHECK(body_of(response).find("the server is busy") != std::string::npos);
  CHECK(seconds_since(begin) < 3);
  gate.open();
}

TEST_CASE("stopping takes its time and no more, whatever is going on", "[server]") {
  Gate gate;
  ServerOptions options;
  options.connections.drain = 500ms;
  RunningServer server(options, gate.reader());
  const int port = server.port();
  const auto stuck = clients(port, 5, post_png("1"));
  gate.wait_for(5);
  const auto bodies = clients(port, 20, unfinished_post());
  const auto heads = clients(port, 3, "GET / HTTP/1.1\r\nHost: lo");
  const auto idle = clients(port, 3, "");
  const auto begin = Clock::now();
  server.stop();
  CHECK(seconds_since(begin) < 3);
  CHECK_FALSE(server.all_ended());
  // Those whose picture was being read are told.
  for (const auto& client : stuck) CHECK(status_of(client->response(1s)) == 503);
  gate.open();
}

TEST_CASE("stopping with nothing left to do takes no time", "[server]") {
  RunningServer server;
  CHECK(status_of(ask(server.port(), post_png("1"))) == 200);
  const auto begin = Clock::now();
  server.stop();
  CHECK(seconds_since(begin) < 1);
  CHECK(server.all_ended());
}

}  // namespace mnist::testing
