#include "common/guard.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <new>
#include <string>
#include <string_view>

#include <c10/util/Exception.h>
#include <poll.h>
#include <unistd.h>

#include "mnist/base/error.h"
#include "mnist/base/system_reason.h"

namespace mnist::app {
namespace {

std::string program_name;

// Torch's messages continue with advice and traces; their first line says what happened.
std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// A stream that failed while it was filled has lost its errno by the time it is flushed; the pipe
// itself still shows it.
bool stdout_has_no_reader() {
  pollfd output{.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
  return poll(&output, 1, 0) == 1 && (output.revents & POLLERR) != 0;
}

[[noreturn]] void throw_unwritten(int reason) {
  if (reason == EPIPE || stdout_has_no_reader()) throw BrokenPipe{};
  throw Error(ErrorKind::kIo, "cannot write the results: " +
                                  (reason == 0 ? "the output is closed" : system_reason(reason)));
}

int report_current_exception() {
  try {
    throw;
  } catch (const Finished&) {
    return kSuccess;
  } catch (const BrokenPipe&) {
    return kSuccess;
  } catch (const Error& error) {
    print_error(error.what());
  } catch (const c10::Error& error) {
    print_error(first_line(error.what_without_backtrace()));
  } catch (const std::bad_alloc&) {
    print_error("out of memory");
  } catch (const std::exception& error) {
    print_error(first_line(error.what()));
  }
  return kFailure;
}

}  // namespace

std::string one_line(const std::string& text) {
  std::string line;
  for (const char c : text) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    line += control ? '?' : c;
  }
  return line;
}

void print_error(const std::string& message) {
  std::fprintf(stderr, "%s: %s\n", program_name.c_str(), one_line(message).c_str());
}

void flush_results(std::ostream& out) {
  errno = 0;
  out.flush();
  if (!out) throw_unwritten(errno);
}

void write_results(std::ostream& out, std::string_view text) {
  errno = 0;
  out << text;
  if (!out) throw_unwritten(errno);  // now, while errno is that of the write
  flush_results(out);
}

void require_reader() {
  if (stdout_has_no_reader()) throw BrokenPipe{};
}

int guard(const char* program, const std::function<int()>& body) {
  program_name = program;
  // A closed pipe must fail the write instead of killing the process between two files; so must a
  // limit on the size of files.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    return body();
  } catch (...) {
    return report_current_exception();
  }
}

void end_now(int exit_code) {
  std::cout.flush();
  std::_Exit(exit_code);
}

void end_with_current_exception() { end_now(report_current_exception()); }

}  // namespace mnist::app
