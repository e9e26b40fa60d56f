// What the programs refuse so as to lose nothing, they also refuse if the system does not tell them
// what is there.
#include "cli/fixtures.h"
#include "faults/fixtures.h"
#include "faults/sweep.h"
#include "support/catch.h"
#include "support/environment.h"

namespace mnist::testing {
namespace {

namespace fs = std::filesystem;

// As it is, and with each of its checks of files failing, `scenario` ends with exit code 2, one
// line, and files as they were.
void check_refused(const Scenario& scenario) {
  const Expected expected = undisturbed(scenario, "stat");
  REQUIRE(expected.outcome.exit_code == 2);
  REQUIRE(expected.before == expected.after);
  std::vector<Fault> faults;
  for (std::size_t at = 1; at <= expected.calls.size(); ++at) {
    faults.push_back({.calls = "stat", .how = "EIO", .at = static_cast<int>(at)});
  }
  for (const Verdict& verdict : try_faults(scenario, expected, faults)) {
    INFO(scenario.program << ": " << verdict.complaint);
    CHECK(verdict.ending == Ending::kRefused);
  }
}

}  // namespace

TEST_CASE("nothing is written over because it could not be looked at", "[faults][refusals]") {
  injection_or_skip();
  check_refused({.program = "mnist-data",
                 .arguments = {"sheet", "data/t10k-images-idx3-ubyte", "-o", "notes", "-q"},
                 .prepare = [](const fs::path& folder) {
                   put_data(folder);
                   write_text(folder / "notes", "not a picture");
                 }});
  check_refused({.program = "mnist-generate",
                 .arguments = {"--out", "data", "--train", "20", "--test", "10"},
                 .prepare = put_data});
}

TEST_CASE("a test set that cannot be read is an error, one that is absent is not",
          "[faults][refusals]") {
  injection_or_skip();
  const TemporaryDirectory own;
  const Scenario scenario = training();
  scenario.prepare(own.path());
  const std::string test_images = (own / "data/t10k-images-idx3-ubyte").string();
  const auto train = [&](const char* run, const Fault& fault) {
    return run_program(
        "mnist-train", {"--config", "config.json", "--data", "data", "--out", run},
        {.folder = own.path(), .environment = environment_of(fault, own.path(), own / "calls")});
  };
  // It is read before the training, and after it.
  for (const int at : {1, 3}) {
    fs::remove(own / "calls");
    const Outcome outcome =
        train(at == 1 ? "first" : "second",
              {.calls = "read", .how = "EIO", .at = at, .times = 0, .under = test_images});
    INFO(outcome.err);
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.out.empty());
    CHECK(lines_of(outcome.err).back() ==
          "mnist-train: data/t10k-images-idx3-ubyte: cannot be read: input/output error");
  }
  fs::remove(test_images);
  const Outcome outcome = train("third", {.calls = "", .how = "EIO", .at = 0});
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.out == "model third/best.safetensors\n");
  CHECK(lines_of(outcome.err).back() ==
        "no test set, so no test accuracy: data: lacks t10k-images-idx3-ubyte or "
        "t10k-labels-idx1-ubyte");
}

}  // namespace mnist::testing
