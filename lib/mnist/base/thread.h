// Threads, which the system may refuse: a limit on processes (ulimit -u, a container's), no memory.
// Thread-safe.
#pragma once

#include <functional>
#include <thread>

namespace mnist {

// Throws Error{kIo}: "cannot start a thread: …".
std::thread start_thread(std::function<void()> work);

// How many more threads, up to `most`, the system allows: starts them to find out, and ends them.
int startable_threads(int most);

}  // namespace mnist
