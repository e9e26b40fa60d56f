#include "common/guard.h"

#include <csignal>
#include <cstdio>
#include <exception>
#include <new>
#include <string>

#include <c10/util/Exception.h>

#include "mnist/base/error.h"

namespace mnist::app {
namespace {

std::string program_name;

// Torch's messages go on with advice and traces; their first line says what happened.
std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

void print_error(const std::string& message) {
  std::fprintf(stderr, "%s: %s\n", program_name.c_str(), message.c_str());
}

int guard(const char* program, const std::function<int()>& body) {
  program_name = program;
  // A closed pipe shall fail the write instead of killing the process between two files.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return body();
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

}  // namespace mnist::app
