// mnist-serve behind nginx, as docs/page.md says, at the root of a site and below a path.
#include <chrono>
#include <memory>
#include <regex>
#include <set>
#include <string>
#include <thread>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/fixtures.h"
#include "support/catch.h"
#include "support/environment.h"
#include "support/process.h"
#include "web/http_client.h"

namespace mnist::testing {
namespace {

using namespace std::chrono_literals;

std::string nginx_or_skip() {
  const Outcome found = run_shell("PATH=$PATH:/usr/sbin command -v nginx");
  if (found.exit_code != 0) skip("no nginx here");
  return lines_of(found.out).front();
}

// A port that is free now.
int free_port() {
  const int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  bind(listening, reinterpret_cast<const sockaddr*>(&address), size);
  getsockname(listening, reinterpret_cast<sockaddr*>(&address), &size);
  close(listening);
  return ntohs(address.sin_port);
}

class Nginx {
 public:
  explicit Nginx(int upstream) : port_(free_port()) {
    const std::string server = "http://127.0.0.1:" + std::to_string(upstream);
    const std::string host = "proxy_set_header Host $http_host;";
    std::string temporary;
    for (const char* what : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
      temporary += std::string(what) + "_temp_path " + what + ";\n";
    }
    write_text(folder_ / "nginx.conf",
               std::string(geteuid() == 0 ? "user root;\n" : "") +
                   "daemon off;\npid nginx.pid;\nevents {}\nhttp {\naccess_log off;\n" + temporary +
                   "server {\nlisten 127.0.0.1:" + std::to_string(port_) +
                   ";\nclient_max_body_size 24m;\n"
                   "location / { proxy_pass " +
                   server + "; " + host + " }\nlocation /digits/ { proxy_pass " + server + "/; " +
                   host + " }\n}\n}\n");
    child_ = std::make_unique<Child>(
        nginx_or_skip(), std::vector<std::string>{"-p", folder_.path().string() + "/", "-c",
                                                  "nginx.conf", "-e", "stderr"});
    for (int i = 0; i < 100 && !listens(); ++i) std::this_thread::sleep_for(100ms);
    if (!listens()) FAIL("nginx does not start");
  }

  int port() const { return port_; }

 private:
  bool listens() const {
    try {
      const HttpClient client(port_);
      return true;
    } catch (const std::system_error&) {
      return false;
    }
  }

  int port_;
  TemporaryDirectory folder_;
  std::unique_ptr<Child> child_;
};

// What the page's files request by name.
std::set<std::string> names_in(const std::string& text) {
  static const std::regex pattern("(?:href=|src=|from )\"([^\"]+)\"");
  std::set<std::string> names;
  for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end; ++match) {
    names.insert((*match)[1]);
  }
  return names;
}

}  // namespace

TEST_CASE("behind a proxy, at its root and below a path, everything is found",
          "[serve][needs-nginx]") {
  nginx_or_skip();
  Child server("mnist-serve", {"-q", "--port", "0"});
  const std::string url = server.first_line();
  const int direct = std::stoi(url.substr(url.rfind(':') + 1));
  const Nginx nginx(direct);
  const std::string picture = read_text(pictures()[5]);
  const std::string expected = body_of(ask(direct, post_png(picture)));

  for (const std::string base : {"/", "/digits/"}) {
    INFO(base);
    const std::string page = body_of(ask(nginx.port(), get(base)));
    CHECK(page.starts_with("<!doctype html>"));
    std::set<std::string> names = names_in(page);
    names.merge(names_in(body_of(ask(nginx.port(), get(base + "app.js")))));
    CHECK(names.size() >= 7);
    for (std::string name : names) {
      INFO(name);
      CHECK_FALSE(name.starts_with('/'));
      if (name.starts_with("./")) name.erase(0, 2);  // as a browser does
      CHECK(status_of(ask(nginx.port(), get(base + name))) == 200);
    }
    CHECK(status_of(ask(nginx.port(), get(base + "healthz"))) == 200);

    const auto post = [&](const std::string& headers) {
      std::string request = post_png(picture, headers);
      return request.replace(request.find("/api/predict"), 12, base + "api/predict");
    };
    CHECK(body_of(ask(nginx.port(), post("Origin: http://localhost\r\n"))) == expected);
    CHECK(status_of(ask(nginx.port(), post("Origin: http://evil.example\r\n"))) == 403);
  }
  CHECK(status_of(ask(nginx.port(), get("/digits"))) == 301);
}

}  // namespace mnist::testing
