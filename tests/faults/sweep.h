// One program working in a folder, tried again and again, each time with another fault; after each,
// whether anything was lost. The rules:
//
//   exit code 0: as if nothing had happened: the same results, the same files
//   exit code 2: one line on stderr; of the results those that there are; every file is what it
//                was, or what it should become; nothing else lies about
//
// and nothing else. If a run can be resumed, it is, and must then end as if nothing had happened;
// the same holds after a SIGKILL, which may leave a temporary file until then.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "faults/folder_state.h"
#include "faults/injection.h"
#include "support/process.h"

namespace mnist::testing {

struct Scenario {
  std::string program;
  std::vector<std::string> arguments;  // paths in them are relative to the folder
  std::function<void(const std::filesystem::path& folder)> prepare;  // fills the folder
  std::vector<std::string> resume{};  // the arguments to resume with after exit code 2, if it can
  // Its results without what differs from run to run.
  std::function<std::string(std::string)> results = [](std::string out) { return out; };
  // Lines on stderr after an error: more if it strikes several pictures, each with its own.
  std::size_t most_lines = 1;
  // Another line that may be on stderr.
  std::string may_say{};
  // The program that runs it, and the beginning of that program's arguments.
  std::vector<std::string> wrapper{};
};

// The scenario without a fault.
struct Expected {
  Outcome outcome;
  FolderState before;
  FolderState after;
  std::vector<CountedCall> calls;
};

// With the calls that `kinds` names ("open,read"), about `under` as in Fault.
Expected undisturbed(const Scenario& scenario, const std::string& kinds,
                     const std::string& under = "");

enum class Ending { kSurvived, kRefused, kKilled, kWrong };

struct Verdict {
  Fault fault;
  Ending ending = Ending::kWrong;
  std::string complaint;  // for kWrong
};

Verdict try_fault(const Scenario& scenario, const Expected& expected, const Fault& fault);

// Several tried at once, in the order given.
std::vector<Verdict> try_faults(const Scenario& scenario, const Expected& expected,
                                const std::vector<Fault>& faults);

// A kind of call with the ways in which it can fail.
struct FaultKind {
  std::string calls;
  std::vector<std::string> how;
  std::string under{};
};

// Tries every kind and way at `of_each` of the calls. Fails the test for each wrong ending, and
// prints the table of what happened.
void sweep(const Scenario& scenario, const std::vector<FaultKind>& kinds, std::size_t of_each);

// How many calls of a kind fail in each way: 1, or as many as MNIST_FAULTS says.
std::size_t faults_of_each();

// `most` numbers from 1 to `count`, evenly spread, or all of them if there are no more. A single
// one differs for each `seed`.
std::vector<int> spread(std::size_t count, std::size_t most, std::size_t seed);

}  // namespace mnist::testing
