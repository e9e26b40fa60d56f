// A program of the project whose system calls fail (fault_shim.cpp).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "support/process.h"

namespace mnist::testing {

// What happens, and when, in the words of fault_shim.cpp.
struct Fault {
  std::string calls;
  std::string how;
  int at = 1;
  int times = 1;        // 0: from there on
  std::string under{};  // empty: the folder that the program works in
};

// "write 3 ENOSPC", for messages.
std::string to_string(const Fault& fault);

// A counted call: "write", "pwrite64", "/the/file".
struct CountedCall {
  std::string kind;
  std::string name;
  std::string subject;
  bool failed = false;  // the fault happened at it
};

// Ends the running test program as skipped if no seccomp filter can be set.
void injection_or_skip();

// The environment in which a program started in `folder` meets `fault`. Its calls are written to
// `log`, if given.
std::vector<std::string> environment_of(const Fault& fault, const std::filesystem::path& folder,
                                        const std::filesystem::path& log = {});

// The calls in such a log, in order.
std::vector<CountedCall> counted_calls(const std::filesystem::path& log);

}  // namespace mnist::testing
