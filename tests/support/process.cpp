#include "support/process.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace mnist::testing {
namespace {

struct Pipe {
  int read = -1;
  int write = -1;
  Pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
      throw std::system_error(errno, std::generic_category(), "pipe");
    }
    read = ends[0];
    write = ends[1];
  }
};

std::string program_path(const std::string& program) {
  return program.find('/') == std::string::npos ? std::string(MNIST_BIN_DIR) + "/" + program
                                                : program;
}

[[noreturn]] void become(const std::string& program, const std::vector<std::string>& arguments,
                         const Surroundings& surroundings) {
  std::signal(SIGPIPE, SIG_DFL);  // wait() ignores it, which children inherit
  if (!surroundings.folder.empty() && chdir(surroundings.folder.c_str()) != 0) _exit(126);
  for (const std::string& variable : surroundings.environment) {
    const auto equals = variable.find('=');
    setenv(variable.substr(0, equals).c_str(), variable.substr(equals + 1).c_str(), 1);
  }
  const std::string path = program_path(program);
  std::vector<char*> argv = {const_cast<char*>(path.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  execv(path.c_str(), argv.data());
  _exit(127);
}

}  // namespace

Child::Child(const std::string& program, const std::vector<std::string>& arguments,
             const Surroundings& surroundings)
    : input_(surroundings.input) {
  const Pipe in;
  const Pipe out;
  const Pipe err;
  pid_ = fork();
  if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid_ == 0) {
    dup2(in.read, STDIN_FILENO);
    dup2(out.write, STDOUT_FILENO);
    dup2(err.write, STDERR_FILENO);
    become(program, arguments, surroundings);
  }
  close(in.read);
  close(out.write);
  close(err.write);
  in_ = in.write;
  out_ = out.read;
  err_ = err.read;
}

Child::~Child() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  for (const int descriptor : {in_, out_, err_}) {
    if (descriptor >= 0) close(descriptor);
  }
}

void Child::signal(int number) const { kill(pid_, number); }

std::string Child::first_line() {
  char c = 0;
  while (!begun_.ends_with('\n') && read(out_, &c, 1) == 1) begun_ += c;
  return begun_.substr(0, begun_.find('\n'));
}

Outcome Child::wait() {
  // A program that does not read its input must not kill the test.
  std::signal(SIGPIPE, SIG_IGN);
  Outcome outcome;
  outcome.out = begun_;
  std::size_t written = 0;
  while (out_ >= 0 || err_ >= 0) {
    if (in_ >= 0 && written == input_.size()) {
      close(in_);
      in_ = -1;
    }
    std::array<pollfd, 3> ends = {{{in_, POLLOUT, 0}, {out_, POLLIN, 0}, {err_, POLLIN, 0}}};
    if (poll(ends.data(), ends.size(), -1) < 0) continue;
    if ((ends[0].revents & (POLLOUT | POLLERR)) != 0) {
      const ssize_t n = write(in_, input_.data() + written, input_.size() - written);
      written = n < 0 ? input_.size() : written + static_cast<std::size_t>(n);
    }
    const auto drain = [](const pollfd& end, int& descriptor, std::string& text) {
      if (end.revents == 0) return;
      std::array<char, 65536> buffer{};
      const ssize_t n = read(descriptor, buffer.data(), buffer.size());
      if (n > 0) {
        text.append(buffer.data(), static_cast<std::size_t>(n));
      } else {
        close(descriptor);
        descriptor = -1;
      }
    };
    drain(ends[1], out_, outcome.out);
    drain(ends[2], err_, outcome.err);
  }
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  outcome.exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return outcome;
}

Outcome run_program(const std::string& program, const std::vector<std::string>& arguments,
                    const Surroundings& surroundings) {
  return Child(program, arguments, surroundings).wait();
}

Outcome run_shell(const std::string& command, const Surroundings& surroundings) {
  Surroundings with_path = surroundings;
  const char* path = std::getenv("PATH");
  with_path.environment.push_back(std::string("PATH=") + MNIST_BIN_DIR + ":" +
                                  (path == nullptr ? "" : path));
  return run_program("/bin/sh", {"-c", command}, with_path);
}

}  // namespace mnist::testing
