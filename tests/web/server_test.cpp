// The server attacked: in this process, with a reader that says what it was given.
#include "serve/server.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <sys/resource.h>

#include "mnist/base/error.h"

#include "support/catch.h"
#include "web/http_client.h"
#include "web/running_server.h"

namespace mnist::testing {
namespace {

using namespace std::chrono_literals;
using app::serve::Server;
using app::serve::ServerOptions;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

bool serves(int port) { return status_of(ask(port, get("/healthz"))) == 200; }

// Refused with `status` although nothing of a body was sent, and then closed.
void check_refused_early(const std::string& head, int status) {
  const RunningServer server;
  HttpClient client(server.port());
  client.send(head);
  const std::string response = client.response();
  CHECK(status_of(response) == status);
  CHECK(contains(response, "Connection: close"));
  CHECK(contains(body_of(response), R"("status":"error")"));
  CHECK(client.closed());
  CHECK(serves(server.port()));
}

std::string post_head(const std::string& headers) {
  return "POST /api/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n" + headers +
         "\r\n";
}

}  // namespace

TEST_CASE("a picture is answered, and the connection kept", "[server]") {
  const RunningServer server;
  HttpClient client(server.port());
  for (int i = 0; i < 3; ++i) {
    client.send(post_png("12345"));
    const std::string response = client.response();
    CHECK(status_of(response) == 200);
    CHECK(body_of(response) == "{\"bytes\":5}\n");
    CHECK(contains(response, "Content-Type: application/json"));
  }
}

TEST_CASE("requests that come in one piece are answered one after the other", "[server]") {
  const RunningServer server;
  HttpClient client(server.port());
  client.send(post_png("1") + post_png("22") + get("/healthz"));
  CHECK(body_of(client.response()) == "{\"bytes\":1}\n");
  CHECK(body_of(client.response()) == "{\"bytes\":2}\n");
  CHECK(status_of(client.response()) == 200);
}

TEST_CASE("the 28x28 comes when it is asked for", "[server]") {
  const RunningServer server;
  std::string request = post_png("1");
  request.replace(request.find("/api/predict"), 12, "/api/predict?input=1");
  CHECK(body_of(ask(server.port(), request)) == "{\"bytes\":1,\"input\":\"\"}\n");
}

TEST_CASE("a picture may come as base64 in JSON", "[server]") {
  const RunningServer server;
  const auto answer = [&](const std::string& json) {
    return ask(server.port(),
               "POST /api/predict HTTP/1.1\r\nHost: localhost\r\n"
               "Content-Type: application/json; charset=utf-8\r\nContent-Length: " +
                   std::to_string(json.size()) + "\r\n\r\n" + json);
  };
  CHECK(body_of(answer(R"({"image": "aGVsbG8="})")) == "{\"bytes\":5}\n");
  CHECK(body_of(answer(R"({"image": "aGVsbA=="})")) == "{\"bytes\":4}\n");
  for (const char* bad : {"", "{", "[]", R"({"image": 3})", R"({"picture": "aGVsbG8="})",
                          R"({"image": {"image": "aGVsbG8="}})", R"({"image": "aGVs*G8="})",
                          R"({"image": "aGVsbG8"})", R"({"image": "=GVsbG8="})"}) {
    INFO(bad);
    CHECK(status_of(answer(bad)) == 400);
  }
  CHECK(status_of(answer(std::string(1 << 20, '['))) == 400);
}

TEST_CASE("what cannot be read as a picture is 422, with the reason", "[server]") {
  const RunningServer server({}, [](auto, bool, auto) -> std::string {
    throw Error(ErrorKind::kUnsupported, "not a PNG, JPEG or PNM image");
  });
  const std::string response = ask(server.port(), post_png("hello"));
  CHECK(status_of(response) == 422);
  CHECK(body_of(response) ==
        R"({"path":"-","status":"error","digit":null,"confidence":null,"probabilities":null,)"
        R"("reason":"not a PNG, JPEG or PNM image"})"
        "\n");
}

TEST_CASE("a foreign Host is refused: DNS rebinding", "[server]") {
  const RunningServer server({.hosts = {"digits.example.org"}});
  const auto status = [&](const std::string& host) {
    return status_of(
        ask(server.port(),
            "GET / HTTP/1.1\r\n" + (host.empty() ? "" : "Host: " + host + "\r\n") + "\r\n"));
  };
  CHECK(status("localhost") == 200);
  CHECK(status("LocalHost:8080") == 200);
  CHECK(status("127.0.0.1:99") == 200);
  CHECK(status("[::1]:99") == 200);
  CHECK(status("digits.example.org") == 200);
  CHECK(status("evil.example") == 421);
  CHECK(status("localhost.evil.example") == 421);
  CHECK(status("localhost:80@evil.example") == 421);
  CHECK(status("10.0.0.1") == 421);
  CHECK(status("[::1") == 421);
  CHECK(status("") == 400);
  CHECK(status("localhost\r\nHost: evil.example") == 400);
}

TEST_CASE("a foreign Origin is refused: cross-site requests", "[server]") {
  const RunningServer server;
  const auto status = [&](const std::string& origin) {
    return status_of(ask(server.port(), post_png("1", "Origin: " + origin + "\r\n")));
  };
  CHECK(status("http://localhost") == 200);
  CHECK(status("http://localhost:81") == 403);
  CHECK(status("http://evil.example") == 403);
  CHECK(status("null") == 403);
  CHECK(status("http://localhost\r\nOrigin: http://evil.example") == 403);
}

TEST_CASE("a form that another site has a browser send is refused, also without an Origin",
          "[server]") {
  const RunningServer server;
  const auto status = [&](const std::string& site) {
    return status_of(ask(server.port(), post_png("1", "Sec-Fetch-Site: " + site + "\r\n")));
  };
  CHECK(status("same-origin") == 200);
  CHECK(status("none") == 200);
  CHECK(status("same-site") == 403);
  CHECK(status("cross-site") == 403);
}

TEST_CASE("a chunked body is refused before it comes", "[server]") {
  check_refused_early(post_head("Transfer-Encoding: chunked\r\n"), 411);
  check_refused_early(post_head("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 411);
}

TEST_CASE("a compressed body is refused before it comes", "[server]") {
  check_refused_early(post_head("Content-Encoding: gzip\r\nContent-Length: 1000\r\n"), 415);
}

TEST_CASE("a body of unknown or contradictory length is refused", "[server]") {
  check_refused_early(post_head("Content-Length: 5\r\nContent-Length: 6\r\n"), 400);
  check_refused_early(post_head("Content-Length: -5\r\n"), 400);
  check_refused_early(post_head("Content-Length: 0x5\r\n"), 400);
  const RunningServer server;
  CHECK(status_of(ask(server.port(), post_head(""))) == 411);
}

TEST_CASE("a body of 100 MB is refused before it comes", "[server]") {
  check_refused_early(post_head("Content-Length: 100000000\r\n"), 413);
  check_refused_early(post_head("Content-Length: 99999999999999999999999\r\n"), 413);
  // Nor is its sender told to continue.
  check_refused_early(post_head("Content-Length: 100000000\r\nExpect: 100-continue\r\n"), 413);
}

TEST_CASE("a client that offers to wait is told to go on where its body is wanted", "[server]") {
  const RunningServer server;
  HttpClient client(server.port());
  client.send(post_head("Content-Length: 5\r\nExpect: 100-continue\r\n"));
  CHECK(status_of(client.response()) == 100);
  client.send("12345");
  CHECK(body_of(client.response()) == "{\"bytes\":5}\n");
}

TEST_CASE("other kinds of body are 415, other methods 405, other paths 404", "[server]") {
  const RunningServer server;
  std::string text = post_png("1");
  text.replace(text.find("image/png"), 9, "text/html");
  const std::string refused = ask(server.port(), text);
  CHECK(status_of(refused) == 415);
  CHECK(contains(refused, "PNM image"));
  CHECK(contains(refused, "base64"));
  CHECK(contains(refused, "the field image"));
  std::string pnm = post_png("1");
  pnm.replace(pnm.find("image/png"), 9, "image/x-portable-graymap");
  CHECK(status_of(ask(server.port(), pnm)) == 200);
  const std::string put =
      ask(server.port(), "PUT /api/predict HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(status_of(put) == 405);
  CHECK(contains(put, "Allow: "));
  const std::string wrong_way = ask(server.port(), get("/api/predict"));
  CHECK(status_of(wrong_way) == 405);
  CHECK(contains(wrong_way, "Allow: POST\r\n"));
  CHECK(status_of(ask(server.port(), get("/../etc/passwd"))) == 404);
  CHECK(status_of(ask(server.port(), "nonsense\r\n\r\n")) == 400);
}

TEST_CASE("the body of a refused request is never taken for another request", "[server]") {
  const RunningServer server;
  HttpClient client(server.port());
  client.send(post_png(get("/api/model"), "Origin: http://evil.example\r\n"));
  CHECK(status_of(client.response()) == 403);
  CHECK(client.response().empty());
  CHECK(client.closed());
}

TEST_CASE("slow headers end in 408 and hold nobody up", "[server]") {
  ServerOptions options;
  options.connections.head = 400ms;
  options.connections.workers = 8;
  const RunningServer server(options);
  std::vector<std::unique_ptr<HttpClient>> slow;
  for (int i = 0; i < 50; ++i) {
    slow.push_back(std::make_unique<HttpClient>(server.port()));
    slow.back()->send("GET / HTTP/1.1\r\nHost: lo");
  }
  CHECK(serves(server.port()));
  for (const auto& client : slow) {
    client->send("c");
    const std::string response = client->response();
    CHECK(status_of(response) == 408);
    CHECK(contains(response, "Content-Security-Policy: default-src 'self'"));
    CHECK(client->closed());
  }
}

TEST_CASE("headers without end are 431", "[server]") {
  const RunningServer server;
  CHECK(status_of(ask(server.port(), "GET / HTTP/1.1\r\nX: " + std::string(40000, 'x'))) == 431);
  CHECK(serves(server.port()));
}

TEST_CASE("a body that stops coming costs its own connection alone", "[server]") {
  ServerOptions options;
  options.connections.request = 400ms;
  const RunningServer server(options);
  HttpClient client(server.port());
  client.send(post_head("Content-Length: 1000\r\n") + "12");
  CHECK(serves(server.port()));
  CHECK(status_of(client.response()) != 200);
  CHECK(client.closed());
}

TEST_CASE("a thousand idle connections keep nobody from being served", "[server]") {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = std::min<rlim_t>(files.rlim_max, 4096);
  setrlimit(RLIMIT_NOFILE, &files);
  REQUIRE(files.rlim_cur >= 2000);
  const RunningServer server;
  std::vector<std::unique_ptr<HttpClient>> idle;
  for (int i = 0; i < 1000; ++i) idle.push_back(std::make_unique<HttpClient>(server.port()));
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) CHECK(serves(server.port()));
  CHECK(std::chrono::steady_clock::now() - begin < 5s);
  // No more than 512 are held: those that came first had to go.
  CHECK(idle.front()->closed());
  CHECK_FALSE(idle.back()->closed(0ms));
}

TEST_CASE("an idle connection is closed after its time", "[server]") {
  ServerOptions options;
  options.connections.idle = 200ms;
  const RunningServer server(options);
  HttpClient client(server.port());
  client.send(get("/healthz"));
  CHECK(status_of(client.response()) == 200);
  CHECK(client.closed());
}

TEST_CASE("a second server on the same port is an error", "[server]") {
  const RunningServer first;
  ServerOptions options;
  options.port = first.port();
  CHECK_THROWS_WITH(Server(options, echo, "{}", [](const std::string&, bool) {}),
                    "127.0.0.1:" + std::to_string(first.port()) + ": the port is in use");
  CHECK(serves(first.port()));
}

TEST_CASE("an exception inside a handler is a 500 that tells nothing", "[server]") {
  std::atomic<int> asked = 0;
  RunningServer server({}, [&](auto, bool, auto) -> std::string {
    if (++asked % 2 == 1) throw std::runtime_error("secret at /home/somebody");
    throw 42;
  });
  HttpClient client(server.port());
  for (int i = 0; i < 4; ++i) {
    client.send(post_png("1"));
    const std::string response = client.response();
    CHECK(status_of(response) == 500);
    CHECK_FALSE(contains(response, "secret"));
    CHECK_FALSE(contains(response, "EXCEPTION"));
    CHECK(contains(body_of(response), "an internal error"));
  }
  CHECK(serves(server.port()));
  CHECK(contains(server.faults(), "secret at /home/somebody"));
}

TEST_CASE("ranges and compressed answers are not offered, and not tripped over", "[server]") {
  const RunningServer server;
  const std::string whole = ask(server.port(), get("/"));
  for (const char* range : {"bytes=9999999-99999999", "bytes=0-1,1-2,2-3", "bytes=-5"}) {
    const std::string response =
        ask(server.port(), get("/", std::string("Range: ") + range + "\r\n"));
    CHECK(status_of(response) == 200);
    CHECK(body_of(response) == body_of(whole));
  }
  const std::string packed = ask(server.port(), get("/", "Accept-Encoding: gzip, br\r\n"));
  CHECK(body_of(packed) == body_of(whole));
  CHECK(serves(server.port()));
}

TEST_CASE("every response carries the security headers, and none allows other origins",
          "[server]") {
  const RunningServer server;
  for (const std::string& request :
       {get("/"), get("/app.js"), get("/nothing"), get("/healthz"), post_png("1"),
        post_png("1", "Origin: http://evil.example\r\n"), std::string("nonsense\r\n\r\n")}) {
    const std::string response = ask(server.port(), request);
    INFO(request);
    CHECK(contains(response, "Content-Security-Policy: default-src 'self'"));
    CHECK(contains(response, "X-Content-Type-Options: nosniff"));
    CHECK_FALSE(contains(response, "Access-Control-Allow"));
  }
}

TEST_CASE("with a token, the API asks for it", "[server]") {
  const RunningServer server({.token = "s3cret"});
  CHECK(status_of(ask(server.port(), get("/"))) == 200);
  CHECK(status_of(ask(server.port(), get("/healthz"))) == 200);
  CHECK(status_of(ask(server.port(), get("/api/model"))) == 401);
  CHECK(status_of(ask(server.port(), post_png("1"))) == 401);
  for (const char* wrong : {"Bearer s3cres", "Bearer s3cret2", "Bearer ", "s3cret"}) {
    CHECK(status_of(ask(server.port(),
                        post_png("1", std::string("Authorization: ") + wrong + "\r\n"))) == 401);
  }
  CHECK(status_of(ask(server.port(), post_png("1", "Authorization: Bearer s3cret\r\n"))) == 200);
}

TEST_CASE("stopping answers the request in work and then closes", "[server]") {
  std::atomic<bool> begun = false;
  RunningServer server({}, [&](auto, bool, auto) -> std::string {
    begun = true;
    std::this_thread::sleep_for(300ms);
    return "{}";
  });
  HttpClient idle(server.port());
  HttpClient client(server.port());
  client.send(post_png("1"));
  while (!begun) std::this_thread::sleep_for(1ms);
  const int port = server.port();
  server.stop();
  CHECK(status_of(client.response()) == 200);
  CHECK(client.closed());
  CHECK(idle.closed());
  CHECK_THROWS(HttpClient(port));
}

}  // namespace mnist::testing
