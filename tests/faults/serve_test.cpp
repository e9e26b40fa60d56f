// mnist-serve with one fault after the other: it does not start and says why, or it continues to
// serve.
#include <csignal>
#include <cstdio>
#include <optional>
#include <system_error>

#include "cli/fixtures.h"
#include "faults/fixtures.h"
#include "faults/sweep.h"
#include "support/catch.h"
#include "support/environment.h"
#include "web/http_client.h"

namespace mnist::testing {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kArguments = {
    "--model", "run", "-q", "--page-model", "page.safetensors", "--port", "0", "--collect", "kept"};

bool is_whole(const std::string& response) {
  const std::string length = "Content-Length: " + std::to_string(body_of(response).size()) + "\r\n";
  return response.find(length) != std::string::npos;
}

// The answer to a picture, or nothing if the connection was lost.
std::optional<std::string> answer_to(int port, const std::string& picture) {
  try {
    std::string response = ask(port, post_png(picture));
    if (is_whole(response)) return response;
  } catch (const std::system_error&) {
  }
  return std::nullopt;
}

// What is wrong with a server that has printed `url`. The request during the fault may lose the
// connection, or be told to try again, or that it did not arrive as it should, but nothing else;
// the next request is answered.
std::optional<std::string> wrong_service(const std::string& url, const std::string& picture,
                                         const std::string& expected) {
  const int port = std::stoi(url.substr(url.rfind(':') + 1));
  int answered = 0;
  for (int i = 0; i < 4; ++i) {
    const std::optional<std::string> answer = answer_to(port, picture);
    if (!answer) continue;
    if (status_of(*answer) == 200) {
      ++answered;
      if (body_of(*answer) != expected) return "another answer: " + *answer;
    } else if (status_of(*answer) < 500 && status_of(*answer) != 400) {
      return "refused: " + *answer;
    }
  }
  if (answered < 3) return "answered " + std::to_string(answered) + " of 4";
  return std::nullopt;
}

struct Served {
  Outcome outcome;
  std::string url;
  std::optional<std::string> problem;
  std::vector<CountedCall> calls;
};

Served serve(const Fault& fault, const std::string& expected) {
  const TemporaryDirectory own;
  const fs::path folder = own / "work";
  fs::create_directory(folder);
  put_models(folder);
  put_pictures(folder);
  const std::string picture = read_text(folder / "pictures" / "0000_label0.png");
  Child child("mnist-serve", kArguments,
              {.folder = folder, .environment = environment_of(fault, folder, own / "calls")});
  Served served;
  served.url = child.first_line();
  if (!served.url.empty()) {
    served.problem = wrong_service(served.url, picture, expected);
    child.signal(SIGTERM);
  }
  served.outcome = child.wait();
  served.calls = counted_calls(own / "calls");
  return served;
}

std::optional<std::string> problem_of(const Served& served) {
  const Outcome& outcome = served.outcome;
  if (served.problem) return served.problem;
  if (!served.url.empty()) {
    if (outcome.exit_code == 0) return std::nullopt;
    return "exit code " + std::to_string(outcome.exit_code) + " after serving: " + outcome.err;
  }
  const bool is_one_line =
      lines_of(outcome.err).size() == 1 && outcome.err.starts_with("mnist-serve: ");
  if (outcome.exit_code == 2 && is_one_line && outcome.out.empty()) return std::nullopt;
  return "exit code " + std::to_string(outcome.exit_code) + ": " + outcome.err;
}

std::string expected_answer() {
  const TemporaryDirectory folder;
  put_models(folder.path());
  put_pictures(folder.path());
  return run_program(
             "mnist-predict",
             {"--model", "run", "--page-model", "page.safetensors", "--jsonl", "-"},
             {.input = read_text(folder / "pictures" / "0000_label0.png"), .folder = folder.path()})
      .out;
}

}  // namespace

TEST_CASE("mnist-serve starts and serves, or says why not", "[faults][serve]") {
  injection_or_skip();
  const std::vector<FaultKind> kinds = {{"open", {"EIO", "EINTR"}},
                                        {"read", {"EIO", "SHORT"}},
                                        {"stat,mkdir,lock", {"EIO"}},
                                        {"epoll_create,eventfd", {"EMFILE"}, "*"},
                                        {"epoll_ctl", {"ENOMEM"}, "*"},
                                        {"epoll_wait", {"EINTR", "EIO"}, "*"},
                                        {"socket", {"EMFILE"}, "*"},
                                        {"accept", {"EMFILE", "EINTR"}, "socket:"},
                                        {"receive", {"EIO", "EINTR", "SHORT"}, "socket:"},
                                        {"send", {"EIO", "EINTR", "SHORT"}, "socket:"}};
  const std::string expected = expected_answer();
  std::size_t tried = 0;
  for (const FaultKind& kind : kinds) {
    Fault fault{.calls = kind.calls, .how = "EIO", .at = 0, .under = kind.under};
    const Served undisturbed = serve(fault, expected);
    REQUIRE(undisturbed.problem.value_or("") == "");
    REQUIRE(!undisturbed.calls.empty());
    int started = 0;
    int refused = 0;
    for (const std::string& how : kind.how) {
      fault.how = how;
      for (const int at : spread(undisturbed.calls.size(), faults_of_each(), tried)) {
        fault.at = at;
        const Served served = serve(fault, expected);
        ++tried;
        ++(served.url.empty() ? refused : started);
        if (const auto problem = problem_of(served)) {
          FAIL_CHECK("mnist-serve: " << to_string(fault) << ": " << *problem);
        }
      }
    }
    std::printf("%-14s %-32s %4d served, %4d refused\n", "mnist-serve", kind.calls.c_str(), started,
                refused);
    std::fflush(stdout);
  }
}

}  // namespace mnist::testing
