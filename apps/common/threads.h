// LibTorch's threads, and the program's own beside them, where the system limits their number.
#pragma once

namespace mnist::app {

// Threads that read pictures if nobody says how many: one for each processor allowed, as far as the
// memory allowed holds what they need for pictures of a megapixel; at least 1.
int usual_threads();

// Sets the number of LibTorch's threads to `threads` (0: usual_threads()), or to as
// many as the system allows, and returns it. The program is going to start `own_each` threads for
// each of them, and `own` besides. Asked before LibTorch starts any: it would wait forever for one
// that is refused, and OpenMP would end the process. Throws Error{kIo} if not even one is allowed.
int set_allowed_threads(int threads, int own_each, int own);

// The same for exactly `threads` (0: one for each processor allowed) and none besides: for
// training, whose result depends on their number to the last bit. Throws Error{kIo} if the system
// allows fewer.
int set_exact_threads(int threads);

}  // namespace mnist::app
