// mnist-serve as a user runs it: the same answers as mnist-predict, ports, tokens, signals.
#include <csignal>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "mnist/image/encode.h"

#include "cli/fixtures.h"
#include "support/catch.h"
#include "support/environment.h"
#include "support/process.h"
#include "web/http_client.h"

namespace mnist::testing {
namespace {

struct Served {
  std::unique_ptr<Child> child;
  int port = 0;
};

// Starts it on a separate port, and returns when it has said which: then it answers.
Served serve(std::vector<std::string> more = {}) {
  more.insert(more.end(), {"--port", "0"});
  auto child = std::make_unique<Child>("mnist-serve", more);
  const std::string url = child->first_line();
  const auto colon = url.rfind(':');
  if (colon == std::string::npos) FAIL("mnist-serve does not start: " << child->wait().err);
  return {std::move(child), std::stoi(url.substr(colon + 1))};
}

// How sums round depends on the number of threads, so numbers may differ a little.
void check_alike(const nlohmann::json& told, const nlohmann::json& known) {
  REQUIRE(told.type() == known.type());
  if (told.is_number_float()) {
    CHECK(told.get<double>() == Approx(known.get<double>()).margin(1e-6));
  } else if (told.is_structured()) {
    REQUIRE(told.size() == known.size());
    for (const auto& item : known.items()) {
      INFO(item.key());
      check_alike(told.is_array() ? told[std::stoul(item.key())] : told.at(item.key()),
                  item.value());
    }
  } else {
    CHECK(told == known);
  }
}

}  // namespace

TEST_CASE("the answer is that of mnist-predict, numbers to within rounding", "[serve]") {
  const TemporaryDirectory folder;
  const auto [child, port] = serve();
  const auto compare = [&](const std::string& file, const std::string& flags) {
    INFO(file);
    const std::string answer = body_of(ask(port, post_png(read_text(file))));
    const Outcome expected = run_shell("mnist-predict --jsonl " + flags + " - < '" + file + "'");
    const auto told = nlohmann::json::parse(answer);
    check_alike(told, nlohmann::json::parse(expected.out));
    return told;
  };
  for (const std::string& file : pictures()) compare(file, "");

  // However it is sent.
  const std::string url = "http://127.0.0.1:" + std::to_string(port) + "/api/predict";
  const std::string expected = compare(pictures()[3], "").dump();
  for (const char* how : {"--data-binary @", "-H 'Content-Type: image/jpg' --data-binary @",
                          "-F image=@", "-F file=@", "-H 'Content-Type:' --data-binary @"}) {
    INFO(how);
    const Outcome sent = run_shell("curl -s " + (how + pictures()[3]) + " " + url);
    CHECK(nlohmann::json::parse(sent.out).dump() == expected);
  }
  const Outcome as_url =
      run_shell("printf '{\"image\":\"data:image/png;base64,%s\"}' \"$(base64 -w0 '" +
                pictures()[3] + "')\" | curl -s -d @- " + url);
  CHECK(nlohmann::json::parse(as_url.out).dump() == expected);

  const std::string several = (folder / "several.png").string();
  write_text(several, png_of_42());
  const auto page = compare(several, "--all");
  CHECK(page["text"] == "42");
  CHECK(page["digits"].size() == 2);
  CHECK(page["digits"][1]["box"][0] > page["digits"][0]["box"][0]);

  Image white{.width = 60, .height = 80, .format = PixelFormat::kGrey, .pixels = {}};
  white.pixels.assign(white.pixel_count(), 255);
  const std::string blank = (folder / "blank.png").string();
  const auto blank_png = encode_png(white);
  write_text(blank, std::string(blank_png.begin(), blank_png.end()));
  CHECK(compare(blank, "")["reason"] == "blank");
}

TEST_CASE("the model and the page are served", "[serve]") {
  const auto [child, port] = serve({"--model", small_run().string()});
  const auto model = nlohmann::json::parse(body_of(ask(port, get("/api/model"))));
  CHECK(model["options"]["channels"] == nlohmann::json({8, 16}));
  CHECK(model["parameters"] > 1000);
  CHECK(body_of(ask(port, get("/"))).starts_with("<!doctype html>"));
  CHECK(ask(port, get("/app.js")).find("Content-Type: text/javascript") != std::string::npos);
}

TEST_CASE("it prints where the page is and ends well on SIGTERM", "[serve]") {
  const auto [child, port] = serve();
  const Outcome second = run_program("mnist-serve", {"--port", std::to_string(port)});
  CHECK(second.exit_code == 2);
  CHECK(second.out.empty());
  CHECK(second.err == "mnist-serve: 127.0.0.1:" + std::to_string(port) + ": the port is in use\n");
  child->signal(SIGTERM);
  const Outcome outcome = child->wait();
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.out == "http://127.0.0.1:" + std::to_string(port) + "/\n");
}

TEST_CASE("an address that others reach takes a token, made where none is given", "[serve]") {
  const auto [child, port] = serve({"--host", "0.0.0.0", "-q"});
  CHECK(status_of(ask(port, get("/api/model"))) == 401);
  child->signal(SIGTERM);
  const std::string url = child->wait().out;
  const auto token = url.find("/#token=");
  REQUIRE(token != std::string::npos);
  CHECK(url.size() == token + 8 + 32 + 1);
}

TEST_CASE("it starts with as many threads as the system allows, or says that it cannot",
          "[serve][needs-user]") {
  int served = 0;
  int refused = 0;
  for (const int allowed : {1, 4, 7, 8, 9, 12, 20, 200}) {
    INFO(allowed);
    Child child("/bin/sh", {"-c", "exec " + with_few_processes(allowed) + MNIST_BIN_DIR +
                                      "/mnist-serve -q --port 0"});
    const std::string url = child.first_line();
    if (!url.empty()) {
      ++served;
      const int port = std::stoi(url.substr(url.rfind(':') + 1));
      CHECK(status_of(ask(port, get("/healthz"))) == 200);
      CHECK(status_of(ask(port, post_png(read_text(pictures()[7])))) == 200);
      child.signal(SIGTERM);
      CHECK(child.wait().exit_code == 0);
      continue;
    }
    ++refused;
    const Outcome outcome = child.wait();
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.out.empty());
    CHECK(lines_of(outcome.err).size() == 1);
    CHECK(outcome.err.starts_with("mnist-serve: cannot start "));
  }
  CHECK(served > 0);
  CHECK(refused > 0);
}

TEST_CASE("without what it waits for connections with, it does not start",
          "[serve][needs-strace]") {
  for (const char* call : {"epoll_create1", "epoll_ctl", "eventfd2"}) {
    const Outcome outcome = run_shell("timeout 60 " + with_failing(call, "error=ENOMEM:when=1") +
                                      "mnist-serve --port 0");
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.out.empty());
    CHECK(outcome.err == "mnist-serve: cannot wait for connections: cannot allocate memory\n");
  }
}

TEST_CASE("a mistake in the flags is one line and exit code 2", "[serve]") {
  for (const std::vector<std::string>& flags : {std::vector<std::string>{"--port", "70000"},
                                                {"--model", "/nonexistent"},
                                                {"--token", "a b"},
                                                {"--host", "no.such.host.invalid"},
                                                {"--allow-host", "host:port"},
                                                {"--timeout", "0"},
                                                {"--prot", "80"}}) {
    const Outcome outcome = run_program("mnist-serve", flags);
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.out.empty());
    CHECK(outcome.err.starts_with("mnist-serve: "));
    CHECK(lines_of(outcome.err).size() == 1);
  }
}

}  // namespace mnist::testing
