// LibTorch's threads and the program's own, within the system's limits.
#pragma once

namespace mnist::app {

// The default number of threads that read pictures: one for each allowed processor, but no more
// than fit in the allowed memory for pictures of a megapixel; at least 1.
int usual_threads();

// Sets the number of LibTorch's threads to `threads` (0: usual_threads()), or to as many as the
// system allows, and returns it. The program is going to start `own_each` threads for each of them,
// and `own` more. Call it before LibTorch starts any: it would wait forever for one that is
// refused, and OpenMP would end the process. Throws Error{kIo} if not even one is allowed.
int set_allowed_threads(int threads, int own_each, int own);

// The same for exactly `threads` (0: one for each allowed processor) and no others: for training,
// whose result depends on their number to the last bit. Throws Error{kIo} if the system allows
// fewer.
int set_exact_threads(int threads);

}  // namespace mnist::app
