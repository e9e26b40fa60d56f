// LibTorch's threads, and the program's own beside them, where the system limits their number.
#pragma once

namespace mnist::app {

// Sets the number of LibTorch's threads to `threads` (0: one for each processor allowed), or to as
// many as the system allows, and returns it. The program is going to start `own_each` threads for
// each of them, and `own` besides. Asked before LibTorch starts any: it would wait forever for one
// that is refused, and OpenMP would end the process. Throws Error{kIo} if not even one is allowed.
int set_allowed_threads(int threads, int own_each, int own);

}  // namespace mnist::app
