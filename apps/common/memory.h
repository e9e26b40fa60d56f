// What malloc does with freed memory.
#pragma once

namespace mnist::app {

// From now on, each of malloc's arenas keeps up to 64 MiB of free memory, and blocks of up to 32
// MiB come from there. By default, glibc returns a network's activations to the system after every
// picture, and the system clears the same pages again for the next: a tenth of mnist-serve's time.
// Call it before other threads start; does nothing with another C library.
void keep_freed_memory();

}  // namespace mnist::app
