// How many threads may run at once here.
#pragma once

namespace mnist {

// The number of processors this process may use: the smallest of its affinity mask and its cgroup's
// CPU quota (version 2), at least 1. LibTorch's own default is 1 on some machines with many.
int available_processors();

}  // namespace mnist
