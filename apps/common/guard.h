// The one place where a program's outcome becomes an exit code.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <string_view>

namespace mnist::app {

inline constexpr int kSuccess = 0;
inline constexpr int kConditionMet = 1;  // a condition the caller asked about: --min-accuracy, …
inline constexpr int kFailure = 2;       // usage, unreadable input, a bad file, no such device

// Thrown by flag parsing for --help and --version: the text has been printed, nothing is wrong.
struct Finished {};

// Thrown when stdout no longer has a reader (`… | head -1`): the program stops quietly.
struct BrokenPipe {};

// Runs `body` and returns its exit code. Any exception becomes one line on stderr,
// "<program>: <what>", and kFailure; Finished and BrokenPipe are kSuccess. Never a backtrace.
int guard(const char* program, const std::function<int()>& body);

// Ends the process at once, for when other threads may take forever. No destructor is run;
// std::cout is flushed.
[[noreturn]] void end_now(int exit_code);

// For a catch block inside guard()'s body: the same, with the exception reported as guard() does.
[[noreturn]] void end_with_current_exception();

// `text` with '?' for every control character: a path may contain a line break, or worse.
std::string one_line(const std::string& text);

// "<program>: <message>" on stderr, through one_line().
void print_error(const std::string& message);

// Flushes results. Throws BrokenPipe if nobody reads them any more, Error{kIo} if they cannot be
// written for another reason: a full disk must not look like success.
void flush_results(std::ostream& out);

// Throws BrokenPipe if stdout is a pipe or socket that nobody can read from any more.
void require_reader();

// Writes and flushes a large result, text or bytes. Throws the same.
void write_results(std::ostream& out, std::string_view text);

}  // namespace mnist::app
