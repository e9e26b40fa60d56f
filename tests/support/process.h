// Runs the real programs, as a shell would.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace mnist::testing {

struct Outcome {
  int exit_code = 0;  // 128 + n for a process ended by signal n
  std::string out;
  std::string err;
};

struct Surroundings {
  std::string input{};                     // content of stdin
  std::filesystem::path folder{};          // working directory; empty: the test's own
  std::vector<std::string> environment{};  // "NAME=value", added to the test's own
};

// Runs `program` (a name: one of the project's; a path: any) with `arguments`, to its end. stdin,
// stdout and stderr are files and pipes, never a terminal.
Outcome run_program(const std::string& program, const std::vector<std::string>& arguments,
                    const Surroundings& surroundings = {});

// The same through `sh -c`, with the project's programs first on PATH: for pipelines.
Outcome run_shell(const std::string& command, const Surroundings& surroundings = {});

// A program that is waited for or killed: for interruption tests.
class Child {
 public:
  Child(const std::string& program, const std::vector<std::string>& arguments,
        const Surroundings& surroundings = {});
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void signal(int number) const;
  // Blocks until it has printed a line, and returns it without its end. Empty if there is none.
  std::string first_line();
  // Blocks until the end. Call it once.
  Outcome wait();

 private:
  int pid_ = -1;
  int in_ = -1;
  int out_ = -1;
  int err_ = -1;
  std::string input_;
  std::string begun_;  // what first_line() has read
};

}  // namespace mnist::testing
