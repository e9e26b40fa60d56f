#include "faults/injection.h"

#include <fstream>
#include <sstream>
#include <utility>

#include "support/environment.h"

namespace mnist::testing {

namespace fs = std::filesystem;

std::string to_string(const Fault& fault) {
  const std::string number = std::to_string(fault.at) + (fault.times == 0 ? " and on" : "");
  const std::string where = fault.under.empty() ? "" : " (" + fault.under + ")";
  return fault.calls + where + " " + number + " " + fault.how;
}

std::vector<std::string> environment_of(const Fault& fault, const fs::path& folder,
                                        const fs::path& log) {
  const std::string under = fault.under.empty() ? folder.string() + "/" : fault.under;
  return {"LD_PRELOAD=" MNIST_FAULT_SHIM,
          "MNIST_FAULT_CALLS=" + fault.calls,
          "MNIST_FAULT_UNDER=" + (under == "*" ? "" : under),
          "MNIST_FAULT_AT=" + std::to_string(fault.at),
          "MNIST_FAULT_TIMES=" + std::to_string(fault.times),
          "MNIST_FAULT_HOW=" + fault.how,
          "MNIST_FAULT_LOG=" + log.string()};
}

std::vector<CountedCall> counted_calls(const fs::path& log) {
  std::vector<CountedCall> calls;
  std::ifstream file(log);
  for (std::string line; std::getline(file, line);) {
    const bool failed = line.starts_with('*');
    std::istringstream words(line.substr(failed ? 1 : 0));
    CountedCall call{.kind = {}, .name = {}, .subject = {}, .failed = failed};
    words >> call.kind >> call.name >> std::ws;
    std::getline(words, call.subject);
    calls.push_back(std::move(call));
  }
  return calls;
}

void injection_or_skip() {
  const Outcome outcome =
      run_program("/bin/true", {},
                  {.environment = environment_of({.calls = "open", .how = "EIO", .at = 0}, "/")});
  if (outcome.exit_code != 0) skip("no seccomp filter can be set here, or no library preloaded");
}

}  // namespace mnist::testing
