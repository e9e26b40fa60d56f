// The system calls that fault_shim.cpp can make fail, and the errors that it knows.
#pragma once

#include <cerrno>
#include <string_view>

#include <sys/syscall.h>

namespace mnist::testing {

// Which arguments say what a call is about: a path and the folder it begins in, only a path, or a
// descriptor.
enum class About { kPathIn, kPath, kDescriptor, kNothing };

struct Call {
  long number;
  std::string_view group;
  std::string_view name;
  About about;
  int size = -1;  // which argument says how much is read or written
};

constexpr Call kCalls[] = {
    {SYS_openat, "open", "openat", About::kPathIn},
    {SYS_read, "read", "read", About::kDescriptor, 2},
    {SYS_pread64, "read", "pread64", About::kDescriptor, 2},
    {SYS_readv, "read", "readv", About::kDescriptor, 2},
    {SYS_write, "write", "write", About::kDescriptor, 2},
    {SYS_pwrite64, "write", "pwrite64", About::kDescriptor, 2},
    {SYS_writev, "write", "writev", About::kDescriptor, 2},
    {SYS_fsync, "fsync", "fsync", About::kDescriptor},
    {SYS_fdatasync, "fsync", "fdatasync", About::kDescriptor},
    {SYS_renameat, "rename", "renameat", About::kPathIn},
    {SYS_renameat2, "rename", "renameat2", About::kPathIn},
    {SYS_mmap, "mmap", "mmap", About::kNothing},
    {SYS_fstat, "stat", "fstat", About::kDescriptor},
    {SYS_newfstatat, "stat", "newfstatat", About::kPathIn},
    {SYS_statx, "stat", "statx", About::kPathIn},
    {SYS_readlinkat, "link", "readlinkat", About::kPathIn},
    {SYS_mkdirat, "mkdir", "mkdirat", About::kPathIn},
    {SYS_getdents64, "list", "getdents64", About::kDescriptor},
    {SYS_unlinkat, "unlink", "unlinkat", About::kPathIn},
    {SYS_flock, "lock", "flock", About::kDescriptor},
    {SYS_epoll_create1, "epoll_create", "epoll_create1", About::kNothing},
    {SYS_epoll_ctl, "epoll_ctl", "epoll_ctl", About::kNothing},
    {SYS_epoll_pwait, "epoll_wait", "epoll_pwait", About::kNothing},
    {SYS_eventfd2, "eventfd", "eventfd2", About::kNothing},
    {SYS_socket, "socket", "socket", About::kNothing},
    {SYS_bind, "socket", "bind", About::kDescriptor},
    {SYS_listen, "socket", "listen", About::kDescriptor},
    {SYS_accept, "accept", "accept", About::kDescriptor},
    {SYS_accept4, "accept", "accept4", About::kDescriptor},
    {SYS_recvfrom, "receive", "recvfrom", About::kDescriptor, 2},
    {SYS_sendto, "send", "sendto", About::kDescriptor, 2},
    {SYS_sendmsg, "send", "sendmsg", About::kDescriptor},
#if defined(__x86_64__)  // absent on newer processors
    {SYS_open, "open", "open", About::kPath},
    {SYS_rename, "rename", "rename", About::kPath},
    {SYS_stat, "stat", "stat", About::kPath},
    {SYS_lstat, "stat", "lstat", About::kPath},
    {SYS_readlink, "link", "readlink", About::kPath},
    {SYS_mkdir, "mkdir", "mkdir", About::kPath},
    {SYS_unlink, "unlink", "unlink", About::kPath},
    {SYS_rmdir, "unlink", "rmdir", About::kPath},
    {SYS_epoll_wait, "epoll_wait", "epoll_wait", About::kNothing},
#endif
};

struct NamedError {
  std::string_view name;
  int number;
};
constexpr NamedError kErrors[] = {{"EIO", EIO},       {"ENOSPC", ENOSPC}, {"EINTR", EINTR},
                                  {"EMFILE", EMFILE}, {"ENOMEM", ENOMEM}, {"EACCES", EACCES},
                                  {"EAGAIN", EAGAIN}, {"EROFS", EROFS}};

}  // namespace mnist::testing
