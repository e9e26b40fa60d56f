// Threads that the system may refuse: a limit on processes (ulimit -u, a container's), no memory.
// Thread-safe.
#pragma once

#include <functional>
#include <thread>

namespace mnist {

// Throws Error{kIo}: "cannot start a thread: …".
std::thread start_thread(std::function<void()> work);

}  // namespace mnist
