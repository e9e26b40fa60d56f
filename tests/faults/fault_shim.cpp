// Makes system calls of a program fail, or the program end right after one of them. Preloaded
// (LD_PRELOAD) by the tests; uses only the C library.
//
//   MNIST_FAULT_CALLS  which calls count: groups of kCalls or "thread", separated by commas
//   MNIST_FAULT_UNDER  only those about files whose path begins so; descriptors that are no files
//                      are called "pipe:[…]" and "socket:[…]"
//   MNIST_FAULT_AT     the number, from 1, of the first one at which it happens; without it, never
//   MNIST_FAULT_TIMES  at how many one after the other (1); 0: at all from there on
//   MNIST_FAULT_HOW    EIO, … (kErrors): the call fails so, and does nothing
//                      SHORT: it reads or writes half of what it was asked to
//                      END: it reads nothing, as at the end of a file
//                      KILL: it is done, then the process is killed
//   MNIST_FAULT_LOG    a file that gets a line for each call that counts, "open openat /path": the
//                      kind, the call, the file; with a "*" before those at which it happened
//
// A seccomp filter turns the calls into SIGSYS, also those made inside the C library; the handler
// does what the program asked for, or does not, by the one instruction that the filter lets pass.
// A program that is started by another one under this filter ends at once: its loader has no
// handler. Threads are refused not by the kernel, but by a pthread_create that takes precedence.
#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <string_view>

#include <dlfcn.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <ucontext.h>
#include <unistd.h>

#include "faults/faulty_calls.h"

// The system call `number`, without errno: a result from -4095 to -1 is an error.
extern "C" long fault_shim_call(long number, long a, long b, long c, long d, long e, long f);
extern "C" char fault_shim_called[];  // the instruction pointer during that call

#if defined(__x86_64__)
#define FAULT_SHIM_ARCHITECTURE AUDIT_ARCH_X86_64
asm(R"(
  .text
  .hidden fault_shim_call
  .globl fault_shim_call
fault_shim_call:
  mov %rdi, %rax
  mov %rsi, %rdi
  mov %rdx, %rsi
  mov %rcx, %rdx
  mov %r8, %r10
  mov %r9, %r8
  mov 8(%rsp), %r9
  syscall
  .hidden fault_shim_called
  .globl fault_shim_called
fault_shim_called:
  ret
)");
#elif defined(__aarch64__)
#define FAULT_SHIM_ARCHITECTURE AUDIT_ARCH_AARCH64
asm(R"(
  .text
  .hidden fault_shim_call
  .globl fault_shim_call
fault_shim_call:
  mov x8, x0
  mov x0, x1
  mov x1, x2
  mov x2, x3
  mov x3, x4
  mov x4, x5
  mov x5, x6
  svc #0
  .hidden fault_shim_called
  .globl fault_shim_called
fault_shim_called:
  ret
)");
#endif

namespace {

using mnist::testing::About;
using mnist::testing::Call;
using mnist::testing::kCalls;
using mnist::testing::kErrors;
using mnist::testing::NamedError;

enum class Effect { kFail, kShort, kEnd, kKill };

// What the environment asks for; set before the filter is.
std::string_view chosen_groups;
std::string_view under;
long first = 0;
long times = 1;
Effect effect = Effect::kFail;
int error_number = EIO;
int log_descriptor = -1;

std::atomic<long> calls_counted{0};

std::string_view text_of(const char* variable) {
  const char* value = std::getenv(variable);
  return value == nullptr ? std::string_view() : value;
}

[[noreturn]] void give_up(const char* reason) {
  static_cast<void>(!write(STDERR_FILENO, reason, std::strlen(reason)));
  _exit(125);
}

bool is_chosen(std::string_view group) {
  std::string_view left = chosen_groups;
  while (!left.empty()) {
    const std::size_t end = left.find(',');
    if (left.substr(0, end) == group) return true;
    left = end == std::string_view::npos ? std::string_view() : left.substr(end + 1);
  }
  return false;
}

// A path built without memory from the heap: handlers run anywhere.
class Path {
 public:
  std::string_view text() const { return {bytes_.data(), size_}; }
  void append(std::string_view more) {
    const std::size_t size = std::min(more.size(), bytes_.size() - size_ - 1);
    std::memcpy(bytes_.data() + size_, more.data(), size);
    size_ += size;
    bytes_[size_] = '\0';
  }
  // What the link leads to.
  void append_target(const char* link) {
    const long size = fault_shim_call(SYS_readlinkat, AT_FDCWD, reinterpret_cast<long>(link),
                                      reinterpret_cast<long>(bytes_.data() + size_),
                                      static_cast<long>(bytes_.size() - size_ - 1), 0, 0);
    if (size > 0) size_ += static_cast<std::size_t>(size);
  }
  void append_descriptor(int descriptor) {
    char link[40] = "/proc/self/cwd";
    if (descriptor != AT_FDCWD) {
      char* end = link + std::strlen("/proc/self/");
      std::memcpy(end, "fd/", 3);
      end += 3;
      int unit = 1;
      while (descriptor / unit >= 10) unit *= 10;
      for (; unit > 0; unit /= 10) *end++ = static_cast<char>('0' + descriptor / unit % 10);
      *end = '\0';
    }
    append_target(link);
  }

 private:
  std::array<char, PATH_MAX + 256> bytes_{};
  std::size_t size_ = 0;
};

using Arguments = std::array<long, 6>;

void append_path_in(Path& path, int folder, const char* name) {
  if (name == nullptr || name[0] != '/') path.append_descriptor(folder);
  if (name == nullptr || name[0] == '\0') return;
  if (name[0] != '/') path.append("/");
  path.append(name);
}

void append_subject(Path& path, const Call& call, const Arguments& arguments) {
  switch (call.about) {
    case About::kPathIn:
      return append_path_in(path, static_cast<int>(arguments[0]),
                            reinterpret_cast<const char*>(arguments[1]));
    case About::kPath:
      return append_path_in(path, AT_FDCWD, reinterpret_cast<const char*>(arguments[0]));
    case About::kDescriptor:
      return path.append_descriptor(static_cast<int>(arguments[0]));
    case About::kNothing:
      if (call.number == SYS_mmap && static_cast<int>(arguments[4]) >= 0) {
        path.append_descriptor(static_cast<int>(arguments[4]));
      }
  }
}

// Counts a call and says whether the fault happens at this one.
bool happens_at(std::string_view group, std::string_view name, std::string_view subject) {
  if (!subject.starts_with(under)) return false;
  const long number = ++calls_counted;
  const bool happens = first > 0 && number >= first && (times == 0 || number < first + times);
  if (log_descriptor >= 0) {
    Path line;
    line.append(happens ? "*" : "");
    line.append(group);
    line.append(" ");
    line.append(name);
    line.append(" ");
    line.append(subject);
    line.append("\n");
    fault_shim_call(SYS_write, log_descriptor, reinterpret_cast<long>(line.text().data()),
                    static_cast<long>(line.text().size()), 0, 0, 0);
  }
  return happens;
}

long done(long number, const Arguments& arguments) {
  return fault_shim_call(number, arguments[0], arguments[1], arguments[2], arguments[3],
                         arguments[4], arguments[5]);
}

long done_short(const Call& call, Arguments arguments) {
  const bool has_parts = call.number == SYS_readv || call.number == SYS_writev;
  iovec part{};
  if (has_parts && arguments[2] > 0) {
    part = *reinterpret_cast<const iovec*>(arguments[1]);
    part.iov_len = (part.iov_len + 1) / 2;
    arguments[1] = reinterpret_cast<long>(&part);
    arguments[2] = 1;
  } else if (call.size >= 0) {
    long& size = arguments[static_cast<std::size_t>(call.size)];
    size = (size + 1) / 2;
  }
  return done(call.number, arguments);
}

long answer(const Call& call, const Arguments& arguments) {
  Path subject;
  if (!under.empty() || log_descriptor >= 0) append_subject(subject, call, arguments);
  if (!is_chosen(call.group) || !happens_at(call.group, call.name, subject.text())) {
    return done(call.number, arguments);
  }
  if (effect == Effect::kFail) return -error_number;
  if (effect == Effect::kEnd) return 0;
  if (effect == Effect::kShort) return done_short(call, arguments);
  const long result = done(call.number, arguments);
  fault_shim_call(SYS_kill, getpid(), SIGKILL, 0, 0, 0, 0);
  return result;
}

const Call& call_of(long number) {
  for (const Call& call : kCalls) {
    if (call.number == number) return call;
  }
  give_up("fault_shim: a call that was not asked for\n");
}

void on_system_call(int /*signal*/, siginfo_t* information, void* context) {
  mcontext_t& machine = static_cast<ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  const Arguments arguments = {machine.gregs[REG_RDI], machine.gregs[REG_RSI],
                               machine.gregs[REG_RDX], machine.gregs[REG_R10],
                               machine.gregs[REG_R8],  machine.gregs[REG_R9]};
  machine.gregs[REG_RAX] = answer(call_of(information->si_syscall), arguments);
#elif defined(__aarch64__)
  Arguments arguments{};
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    arguments[i] = static_cast<long>(machine.regs[i]);
  }
  machine.regs[0] = static_cast<unsigned long>(answer(call_of(information->si_syscall), arguments));
#endif
}

// The filter: another architecture's calls and those of fault_shim_call pass; the chosen ones go to
// on_system_call.
void set_filter() {
  constexpr std::size_t kMost = 8 + 2 * std::size(kCalls);
  static std::array<sock_filter, kMost> steps;
  std::size_t size = 0;
  const auto address = reinterpret_cast<std::uintptr_t>(fault_shim_called);
  const auto load = [&](std::size_t offset) {
    steps[size++] = BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
  };
  const auto unless_equal_skip = [&](std::uint64_t value, std::uint8_t skipped) {
    steps[size++] =
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(value), 0, skipped);
  };
  const auto end = [&](std::uint32_t verdict) {
    steps[size++] = BPF_STMT(BPF_RET | BPF_K, verdict);
  };
  constexpr std::size_t kAddress = offsetof(seccomp_data, instruction_pointer);
  load(kAddress);  // both are little-endian: the lower half first
  unless_equal_skip(address & 0xffff'ffffU, 3);
  load(kAddress + 4);
  unless_equal_skip(address >> 32U, 1);
  end(SECCOMP_RET_ALLOW);
  load(offsetof(seccomp_data, nr));
  for (const Call& call : kCalls) {
    if (!is_chosen(call.group)) continue;
    unless_equal_skip(static_cast<std::uint64_t>(call.number), 1);
    end(SECCOMP_RET_TRAP);
  }
  end(SECCOMP_RET_ALLOW);
  const sock_fprog program{.len = static_cast<unsigned short>(size), .filter = steps.data()};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) != 0) {
    give_up("fault_shim: no seccomp filter can be set here\n");
  }
}

long number_of(const char* variable, long otherwise) {
  const std::string_view text = text_of(variable);
  return text.empty() ? otherwise : std::atol(text.data());
}

void read_environment() {
  chosen_groups = text_of("MNIST_FAULT_CALLS");
  under = text_of("MNIST_FAULT_UNDER");
  first = number_of("MNIST_FAULT_AT", 0);
  times = number_of("MNIST_FAULT_TIMES", 1);
  const std::string_view how = text_of("MNIST_FAULT_HOW");
  if (how == "SHORT") effect = Effect::kShort;
  if (how == "END") effect = Effect::kEnd;
  if (how == "KILL") effect = Effect::kKill;
  for (const NamedError& error : kErrors) {
    if (error.name == how) error_number = error.number;
  }
  const std::string_view log = text_of("MNIST_FAULT_LOG");
  if (log.empty()) return;
  log_descriptor = open(log.data(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (log_descriptor < 0) give_up("fault_shim: MNIST_FAULT_LOG cannot be opened\n");
}

__attribute__((constructor)) void begin() {
  read_environment();
  if (chosen_groups.empty()) return;
  struct sigaction action {};
  action.sa_sigaction = on_system_call;
  // A handler that interrupts this one's call may make calls itself.
  action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_RESTART;
  if (sigaction(SIGSYS, &action, nullptr) != 0) give_up("fault_shim: SIGSYS cannot be handled\n");
  set_filter();
}

}  // namespace

extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              void* (*work)(void*), void* argument) {
  using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const auto create = reinterpret_cast<Create>(dlsym(RTLD_NEXT, "pthread_create"));
  const bool happens = is_chosen("thread") && happens_at("thread", "pthread_create", "");
  if (happens && effect == Effect::kFail) return error_number;
  const int result = create(thread, attributes, work, argument);
  if (happens && effect == Effect::kKill) kill(getpid(), SIGKILL);
  return result;
}
