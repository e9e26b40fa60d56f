// Inputs of mnist-predict that may be slow, refused, or oddly named.
#include <chrono>
#include <filesystem>
#include <utility>

#include <nlohmann/json.hpp>

#include "mnist/bytes/base64.h"

#include "cli/fixtures.h"
#include "support/catch.h"
#include "support/environment.h"
#include "support/process.h"

namespace mnist::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

Outcome predict(const std::vector<std::string>& arguments, const std::string& input = "") {
  return run_program("mnist-predict", arguments, {.input = input});
}

}  // namespace

TEST_CASE("when results cannot be written any more it ends, whoever is still writing its input",
          "[predict]") {
  const TemporaryDirectory folder;
  // One path arrives, and then nothing for a minute.
  const auto seconds_of = [&](const std::string& command) {
    const auto begin = std::chrono::steady_clock::now();
    const Outcome outcome =
        run_shell("rm -f list && mkfifo list && { (echo '" + pictures()[0] +
                      "'; exec sleep 60) > list 2> /dev/null & }\n" + command + "\nkill $!",
                  {.folder = folder.path()});
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
    return std::pair(time.count(), outcome);
  };
  for (const char* input :
       {"--files-from - < list", "--files-from list", "--files-from - -r < list"}) {
    INFO(input);
    const auto [seconds, outcome] =
        seconds_of("(mnist-predict " + std::string(input) + "; echo $? >&2) | head -1");
    CHECK(seconds < 30);
    CHECK(lines_of(outcome.out).size() == 1);
    CHECK(outcome.err == "0\n");
  }
  const auto [seconds, full] =
      seconds_of("mnist-predict --files-from - < list > /dev/full; echo $?");
  CHECK(seconds < 30);
  CHECK(full.out == "2\n");
  CHECK(full.err == "mnist-predict: cannot write the results: no space left on device\n");
  // Also a picture that comes through a pipe.
  const auto [longer, piped] = seconds_of("(mnist-predict " + pictures()[0] + " " + pictures()[1] +
                                          " list; echo $? >&2) | head -1");
  CHECK(longer < 30);
  CHECK(piped.err == "0\n");
}

TEST_CASE("what -r finds and cannot look at is reported", "[predict][needs-strace]") {
  const TemporaryDirectory folder;
  fs::create_directories(folder / "d");
  for (const char* name : {"a.pgm", "b.pgm", "c.pgm", "d/e.pgm"}) {
    write_text(folder / name, "P2 1 1 255 255\n");
  }
  const auto read = [&](const std::string& calls, const std::string& how, const char* name) {
    return run_shell(with_failing(calls, how, folder / name) + "mnist-predict -r " +
                     folder.path().string());
  };
  const auto check_reported = [&](const Outcome& outcome, const char* name,
                                  const std::string& why) {
    INFO(outcome.err);
    CHECK(outcome.exit_code == 2);
    CHECK(lines_of(outcome.out).size() == 3);
    CHECK(outcome.err == "mnist-predict: " + (folder / name).string() + ": " + why + "\n");
  };
  check_reported(read("openat", "error=EIO", "b.pgm"), "b.pgm",
                 "cannot be opened: input/output error");
  check_reported(read("openat", "error=EMFILE:when=1", "b.pgm"), "b.pgm",
                 "cannot be opened: too many open files");
  check_reported(read("%%stat", "error=EACCES:when=1", "b.pgm"), "b.pgm",
                 "cannot be opened: permission denied");
  check_reported(read("%%stat", "error=EIO:when=1", "d"), "d",
                 "cannot be opened: input/output error");
  check_reported(read("openat", "error=EMFILE:when=1", "d"), "d",
                 "cannot read the folder: too many open files");
  for (const char* name : {"b.pgm", "d"}) {
    const Outcome interrupted = read("openat", "error=EINTR:when=1..2", name);
    CHECK(interrupted.exit_code == 0);
    CHECK(interrupted.err.empty());
    CHECK(lines_of(interrupted.out).size() == 4);
  }
}

TEST_CASE("a signal while a picture is opened or read is not an error", "[predict][needs-strace]") {
  for (const char* call : {"openat", "read"}) {
    const Outcome outcome = run_shell(with_failing(call, "error=EINTR:when=1..2", pictures()[0]) +
                                      "mnist-predict " + pictures()[0]);
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.err.empty());
    CHECK(lines_of(outcome.out).size() == 1);
  }
}

TEST_CASE("it works with as many threads as the system allows, or says that it cannot",
          "[predict][needs-user]") {
  const TemporaryDirectory folder;
  fs::permissions(folder.path(), fs::perms(0755));
  write_text(folder / "a.pgm", "P2 1 1 255 255\n");
  int worked = 0;
  int refused = 0;
  for (const int allowed : {1, 2, 3, 4, 5, 6, 8, 10, 12, 200}) {
    INFO(allowed);
    const Outcome outcome = run_shell("timeout 60 " + with_few_processes(allowed) +
                                      "mnist-predict " + (folder / "a.pgm").string());
    INFO(outcome.err);
    if (outcome.exit_code == 0) {
      ++worked;
      CHECK(lines_of(outcome.out).size() == 1);
      CHECK(outcome.err.empty());
    } else {
      ++refused;
      CHECK(outcome.exit_code == 2);
      CHECK(outcome.out.empty());
      CHECK(lines_of(outcome.err).size() == 1);
      CHECK(outcome.err.starts_with("mnist-predict: cannot start enough threads: "));
    }
  }
  CHECK(worked > 0);
  CHECK(refused > 0);
}

TEST_CASE("a list may be saved as Windows saves text", "[predict]") {
  const std::string list = pictures()[0] + "\r\n" + pictures()[1] + "\r\n";
  const Outcome expected = predict({pictures()[0], pictures()[1]});
  const Outcome outcome = predict({"--files-from", "-"}, "\xef\xbb\xbf" + list);
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.out == expected.out);
  std::string wide = "\xff\xfe";
  for (const char c : list) wide += {c, '\0'};
  CHECK(predict({"--files-from", "-"}, wide).err ==
        "mnist-predict: --files-from -: is UTF-16: save the list as UTF-8\n");
  // Paths that end in NUL are taken byte for byte.
  const Outcome exact = predict({"--files-from", "-", "-0"}, "\xef\xbb\xbf" + pictures()[0] + '\0');
  CHECK(exact.exit_code == 2);
}

TEST_CASE("a name that is not UTF-8 makes valid JSON, which has its bytes too", "[predict]") {
  const TemporaryDirectory folder;
  const std::string path = (folder / "caf\xe9.png").string();
  write_text(path, read_text(pictures()[0]));
  const Outcome outcome = predict({"--jsonl", path});
  CHECK(outcome.exit_code == 0);
  const json object = json::parse(outcome.out);
  CHECK(object["path"] == (folder / "caf\xef\xbf\xbd.png").string());
  const auto bytes = from_base64(object["path_base64"].get<std::string>());
  REQUIRE(bytes);
  CHECK(std::string(bytes->begin(), bytes->end()) == path);
  CHECK(predict({path}).out.starts_with(path + "\t"));
}

TEST_CASE("the longest name has its place in --dump-input, and too long a path is one bad file",
          "[predict]") {
  const TemporaryDirectory folder;
  std::string name;
  while (name.size() < 248) name += "\xc3\xa9";
  const std::string path = (folder / (name + ".png")).string();
  write_text(path, read_text(pictures()[0]));
  const std::string too_long = "/" + std::string(5000, 'x') + ".png";
  const Outcome outcome =
      predict({"--dump-input", (folder / "seen").string(), path, too_long, pictures()[1]});
  CHECK(outcome.exit_code == 2);
  CHECK(lines_of(outcome.out).size() == 2);
  CHECK(outcome.err == "mnist-predict: " + too_long + ": cannot be opened: file name too long\n");
  REQUIRE(fs::exists(folder / "seen" / ("000001-" + name.substr(0, 200) + ".png")));
}

}  // namespace mnist::testing
