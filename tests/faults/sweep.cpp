#include "faults/sweep.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include "mnist/bytes/temporary_name.h"

#include "cli/fixtures.h"
#include "support/catch.h"
#include "support/environment.h"

namespace mnist::testing {
namespace {

namespace fs = std::filesystem;

constexpr int kAtOnce = 2;

// A folder for one run, with another one beside it that the program does not know about.
struct Place {
  TemporaryDirectory own;
  fs::path folder = own / "work";
  fs::path log = own / "calls";

  explicit Place(const Scenario& scenario) {
    fs::create_directory(folder);
    scenario.prepare(folder);
  }
};

Outcome run_in(const Place& place, const Scenario& scenario, const Fault& fault) {
  const Surroundings surroundings{.folder = place.folder,
                                  .environment = environment_of(fault, place.folder, place.log)};
  if (scenario.wrapper.empty()) {
    return run_program(scenario.program, scenario.arguments, surroundings);
  }
  std::vector<std::string> words(scenario.wrapper.begin() + 1, scenario.wrapper.end());
  words.push_back(MNIST_BIN_DIR "/" + scenario.program);
  words.insert(words.end(), scenario.arguments.begin(), scenario.arguments.end());
  return run_program(scenario.wrapper.front(), words, surroundings);
}

bool starts_a_line(const std::string& text, std::size_t at) {
  return at == 0 || text[at - 1] == '\n';
}

// Whether each line of `text` is one of `whole`, in the same order.
bool is_part_of(const std::string& text, const std::string& whole) {
  std::size_t at = 0;
  for (const std::string& line : lines_of(text)) {
    const std::size_t found = whole.find(line + "\n", at);
    if (found == std::string::npos || !starts_a_line(whole, found)) return false;
    at = found + line.size() + 1;
  }
  return true;
}

bool is_temporary(const fs::path& file) {
  const std::string name = file.filename().string();
  return name.starts_with(kTemporaryPrefix) && name.ends_with(kTemporarySuffix);
}

// What is wrong with the files after an error, or nothing.
std::optional<std::string> lost(const Expected& expected, const FolderState& state,
                                bool was_killed) {
  for (const auto& [name, content] : expected.before) {
    const auto now = state.find(name);
    if (now == state.end()) return name + " is gone";
    const auto after = expected.after.find(name);
    const bool is_new = after != expected.after.end() && now->second == after->second;
    if (now->second != content && !is_new) return name + " is neither the old nor the new file";
  }
  for (const auto& [name, content] : state) {
    if (content == kDamaged) return name + " is damaged";
    if (expected.before.contains(name) || (was_killed && is_temporary(name))) continue;
    if (!expected.after.contains(name)) return name + " is left";
  }
  return std::nullopt;
}

std::optional<std::string> changed(const FolderState& expected, const FolderState& state) {
  for (const auto& [name, content] : expected) {
    const auto now = state.find(name);
    if (now == state.end()) return name + " is missing";
    if (now->second != content) return name + " differs";
  }
  for (const auto& [name, content] : state) {
    if (!expected.contains(name)) return name + " is left";
  }
  return std::nullopt;
}

std::optional<std::string> wrong_success(const Scenario& scenario, const Expected& expected,
                                         const Outcome& outcome, const FolderState& state) {
  if (scenario.results(outcome.out) != scenario.results(expected.outcome.out)) {
    return "exit code 0 with other results: " + outcome.out;
  }
  if (outcome.err != expected.outcome.err) return "exit code 0 with: " + outcome.err;
  return changed(expected.after, state);
}

std::optional<std::string> wrong_refusal(const Scenario& scenario, const Expected& expected,
                                         const Outcome& outcome, const FolderState& state) {
  const std::vector<std::string> lines = lines_of(outcome.err);
  const bool are_ours = std::ranges::all_of(
      lines, [&](const std::string& line) { return line.starts_with(scenario.program + ": "); });
  if (lines.empty() || lines.size() > scenario.most_lines || !are_ours) {
    return "not one line: " + outcome.err;
  }
  if (!is_part_of(scenario.results(outcome.out), scenario.results(expected.outcome.out))) {
    return "other results: " + outcome.out;
  }
  if (auto problem = lost(expected, state, false)) return problem;
  if (!scenario.resume.empty()) return std::nullopt;
  for (const auto& [name, content] : state) {  // files are whole, not only of the right form
    const auto before = expected.before.find(name);
    const bool is_old = before != expected.before.end() && before->second == content;
    if (!is_old && content != expected.after.at(name)) return name + " is half written";
  }
  return std::nullopt;
}

// Resumes after an error, as a person would.
std::optional<std::string> wrong_resumption(const Scenario& scenario, const Expected& expected,
                                            const Place& place) {
  const bool has_begun = fs::exists(place.folder / "run" / "config.json");
  const Outcome outcome = run_program(
      scenario.program, has_begun ? scenario.resume : scenario.arguments, {.folder = place.folder});
  if (outcome.exit_code != 0) return "cannot go on: " + outcome.err;
  if (auto problem = changed(expected.after, state_of(place.folder))) return "gone on: " + *problem;
  return std::nullopt;
}

bool must_survive(const Fault& fault) {
  return fault.times == 1 && (fault.how == "EINTR" || fault.how == "SHORT");
}

// How many calls of the kinds in `names` there were.
std::size_t calls_of(const Expected& expected, const std::string& names) {
  const std::string all = "," + names + ",";
  return static_cast<std::size_t>(std::ranges::count_if(expected.calls, [&](const auto& call) {
    return all.find("," + call.kind + ",") != std::string::npos;
  }));
}

std::string row_name(const Fault& fault) {
  const std::string where = fault.under.empty() ? "" : " " + fault.under;
  return fault.calls + where + " " + fault.how + (fault.times == 0 ? " from there on" : "");
}

void print_table(const Scenario& scenario, const std::vector<Verdict>& verdicts) {
  std::map<std::string, std::array<int, 4>> rows;
  for (const Verdict& verdict : verdicts) {
    ++rows[row_name(verdict.fault)][static_cast<std::size_t>(verdict.ending)];
  }
  for (const auto& [name, counts] : rows) {
    std::printf("%-14s %-36s %4d survived, %4d refused, %4d killed, %d wrong\n",
                scenario.program.c_str(), name.c_str(), counts[0], counts[1], counts[2], counts[3]);
  }
  std::fflush(stdout);
}

}  // namespace

std::size_t faults_of_each() {
  const char* value = std::getenv("MNIST_FAULTS");
  return value == nullptr ? 1 : std::strtoul(value, nullptr, 10);
}

std::vector<int> spread(std::size_t count, std::size_t most, std::size_t seed) {
  constexpr std::size_t kStep = 61;  // in hundredths of all: far from any simple fraction
  std::vector<int> numbers;
  const std::size_t wanted = std::min(count, most);
  for (std::size_t i = 0; i < wanted; ++i) {
    const std::size_t at =
        wanted == 1 ? seed * kStep % 100 * count / 100 : i * (count - 1) / (wanted - 1);
    numbers.push_back(static_cast<int>(at) + 1);
  }
  return numbers;
}

Expected undisturbed(const Scenario& scenario, const std::string& kinds, const std::string& under) {
  const Place place(scenario);
  Expected expected;
  expected.before = state_of(place.folder);
  expected.outcome =
      run_in(place, scenario, {.calls = kinds, .how = "EIO", .at = 0, .under = under});
  expected.after = state_of(place.folder);
  if (fs::exists(place.log)) expected.calls = counted_calls(place.log);
  return expected;
}

Verdict try_fault(const Scenario& scenario, const Expected& expected, const Fault& fault) {
  const Place place(scenario);
  Outcome outcome = run_in(place, scenario, fault);
  const std::size_t said = outcome.err.find(scenario.may_say);
  if (said != std::string::npos) outcome.err.erase(said, scenario.may_say.size());
  const FolderState state = state_of(place.folder);
  Verdict verdict{.fault = fault, .ending = Ending::kWrong, .complaint = {}};
  std::optional<std::string> problem;
  if (outcome.exit_code == 0) {
    verdict.ending = Ending::kSurvived;
    problem = wrong_success(scenario, expected, outcome, state);
  } else if (outcome.exit_code == 2 && !must_survive(fault)) {
    verdict.ending = Ending::kRefused;
    problem = wrong_refusal(scenario, expected, outcome, state);
  } else if (outcome.exit_code == 128 + SIGKILL && fault.how == "KILL") {
    verdict.ending = Ending::kKilled;
    problem = lost(expected, state, true);
  } else {
    problem = "exit code " + std::to_string(outcome.exit_code) + ": " + outcome.err;
  }
  if (!problem && verdict.ending != Ending::kSurvived && !scenario.resume.empty()) {
    problem = wrong_resumption(scenario, expected, place);
  }
  if (problem) {
    verdict.ending = Ending::kWrong;
    const auto calls = counted_calls(place.log);
    const auto failed = std::ranges::find(calls, true, &CountedCall::failed);
    const std::string at = failed == calls.end() ? "" : failed->name + " " + failed->subject + ": ";
    verdict.complaint = to_string(fault) + ": " + at + *problem;
  }
  return verdict;
}

std::vector<Verdict> try_faults(const Scenario& scenario, const Expected& expected,
                                const std::vector<Fault>& faults) {
  std::vector<Verdict> verdicts(faults.size());
  std::atomic<std::size_t> next{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kAtOnce; ++i) {
    threads.emplace_back([&] {
      for (std::size_t at = next++; at < faults.size(); at = next++) {
        verdicts[at] = try_fault(scenario, expected, faults[at]);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return verdicts;
}

void sweep(const Scenario& scenario, const std::vector<FaultKind>& kinds, std::size_t of_each) {
  std::map<std::string, std::string> kinds_under;  // all kinds that are searched for there
  for (const FaultKind& kind : kinds) kinds_under[kind.under] += kind.calls + ",";
  std::map<std::string, Expected> expected;
  for (const auto& [under, names] : kinds_under) {
    expected[under] = undisturbed(scenario, names, under);
    INFO(scenario.program << ": " << expected[under].outcome.err);
    REQUIRE(expected[under].outcome.exit_code == 0);
  }
  std::vector<Fault> faults;
  for (const FaultKind& kind : kinds) {
    const std::size_t count = calls_of(expected[kind.under], kind.calls);
    for (const std::string& how : kind.how) {
      // A full disk and a read-only one stay that way.
      const bool lasts = kind.under.empty() && (how == "ENOSPC" || how == "EROFS");
      for (const int at : spread(count, of_each, faults.size())) {
        faults.push_back({.calls = kind.calls,
                          .how = how,
                          .at = at,
                          .times = lasts ? 0 : 1,
                          .under = kind.under});
      }
    }
  }
  const std::vector<Verdict> verdicts = try_faults(scenario, expected.begin()->second, faults);
  print_table(scenario, verdicts);
  for (const Verdict& verdict : verdicts) {
    if (verdict.ending == Ending::kWrong) FAIL_CHECK(scenario.program << ": " << verdict.complaint);
  }
}

}  // namespace mnist::testing
