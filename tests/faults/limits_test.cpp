// The programs under narrow system limits: the size of files, open files, no permission to write, a
// full disk.
#include <cstdio>

#include "cli/fixtures.h"
#include "faults/fixtures.h"
#include "faults/sweep.h"
#include "support/catch.h"
#include "support/environment.h"

namespace mnist::testing {
namespace {

using Words = std::vector<std::string>;

struct Undisturbed {
  Scenario scenario;
  Expected expected;
};

const std::vector<Undisturbed>& all_undisturbed() {
  static const std::vector<Undisturbed> all = [] {
    std::vector<Undisturbed> made;
    for (const Scenario& scenario : {training(), predicting(), dumping(), evaluating(), exporting(),
                                     generating(), converting()}) {
      made.push_back({scenario, undisturbed(scenario, "open")});
    }
    return made;
  }();
  return all;
}

// Every scenario run by `wrapper`: it ends well, or with one line and nothing lost. At least
// `least` must end with a line, or the limit had no effect.
void check_within(const std::string& name, const Words& wrapper, int least) {
  int refused = 0;
  for (auto [scenario, expected] : all_undisturbed()) {
    scenario.wrapper = wrapper;
    if (scenario.program == "mnist-predict") scenario.most_lines = kPictures;
    const Verdict verdict = try_fault(scenario, expected, {.calls = "", .how = "none", .at = 0});
    INFO(name << ": " << scenario.program << ": " << verdict.complaint);
    CHECK(verdict.ending != Ending::kWrong);
    if (verdict.ending == Ending::kRefused) ++refused;
  }
  std::printf("%-24s %d of %zu refused\n", name.c_str(), refused, all_undisturbed().size());
  CHECK(refused >= least);
}

// The first of them, or all if MNIST_FAULTS is set.
std::vector<int> some_of(const std::vector<int>& values) {
  return faults_of_each() > 1 ? values : std::vector<int>{values.front()};
}

Words with_own_mounts(const std::string& script) {
  return {"/usr/bin/unshare", "--map-root-user", "--mount", "sh", "-c", script, "sh"};
}

void mounts_or_skip() {
  if (run_shell("unshare --map-root-user --mount true").exit_code != 0) {
    skip("no mount namespaces here: needs unshare(1) and the right to use it");
  }
}

}  // namespace

TEST_CASE("files that may not grow are not left half written", "[faults][limits]") {
  for (const int bytes : some_of({8000, 50})) {
    check_within("files of " + std::to_string(bytes) + " bytes",
                 {"/usr/bin/prlimit", "--fsize=" + std::to_string(bytes)}, 4);
  }
}

TEST_CASE("with few files open, programs work or say why not", "[faults][limits]") {
  // With four, LibTorch itself reports that it cannot read about the processor.
  for (const int files : some_of({6, 5, 7, 8})) {
    const std::string number = std::to_string(files);
    check_within(number + " open files", {"/usr/bin/prlimit", "--nofile=" + number}, 0);
  }
}

TEST_CASE("with few threads allowed, programs work or say why not", "[faults][processes]") {
  int worked = 0;
  int refused = 0;
  for (const Scenario& scenario : {training(), evaluating(), converting()}) {
    for (const int allowed : {1, 3, 200}) {
      INFO(scenario.program << " within " << allowed << " processes");
      const TemporaryDirectory folder;
      scenario.prepare(folder.path());
      std::string command = "chmod -R a+rwX . && timeout 60 " + with_few_processes(allowed) +
                            scenario.program + " --threads 2";
      for (const std::string& argument : scenario.arguments) command += " " + argument;
      const Outcome outcome = run_shell(command, {.folder = folder.path()});
      INFO(outcome.err);
      if (outcome.exit_code == 0) {
        ++worked;
        continue;
      }
      ++refused;
      CHECK(outcome.exit_code == 2);
      CHECK(outcome.out.empty());
      CHECK(lines_of(outcome.err).size() == 1);
      CHECK(outcome.err.starts_with(scenario.program + ": cannot start enough threads: "));
    }
  }
  CHECK(worked > 0);
  CHECK(refused > 0);
}

TEST_CASE("where nothing may be written, nothing is lost", "[faults][mounts]") {
  mounts_or_skip();
  check_within("read-only",
               with_own_mounts("mount --bind . . && mount -o remount,bind,ro \"$PWD\" && "
                               "cd \"$PWD\" && exec \"$@\""),
               6);
}

TEST_CASE("on a disk that is full, nothing is lost", "[faults][mounts]") {
  mounts_or_skip();
  // As large as the existing files, in pages, and a little more; afterwards everything is copied
  // back.
  const std::string script =
      "pages=$(($(find . | wc -l) + $(du -s --block-size=4096 . | cut -f 1) + $0)); "
      "mkdir ../disk && mount -t tmpfs -o size=$((pages * 4096)) none ../disk && "
      "cp -a . ../disk && cd ../disk && \"$@\"; status=$?; cp -a . ../work; exit $status";
  for (const int pages : some_of({2, 0, 6, 12})) {
    Words wrapper = with_own_mounts(script);
    wrapper.back() = std::to_string(pages);
    check_within("full but for " + std::to_string(4 * pages) + " KiB", wrapper, 1);
  }
}

}  // namespace mnist::testing
