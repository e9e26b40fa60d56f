// What malloc does with memory that is freed.
#pragma once

namespace mnist::app {

// From here on, each of malloc's arenas keeps up to 64 MiB that are free, and blocks of up to 32
// MiB come from there. As it is, glibc gives a network's activations back after every picture, and
// the system clears the same pages again for the next: a tenth of mnist-serve's time. To be called
// before other threads start; does nothing with another C library.
void keep_freed_memory();

}  // namespace mnist::app
