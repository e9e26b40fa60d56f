#include "mnist/train/fused/kernels.h"

namespace mnist::fused {

namespace portable {
extern const Kernels kKernels;
}
#if defined(__x86_64__)
namespace avx2 {
extern const Kernels kKernels;
}
namespace avx512 {
extern const Kernels kKernels;
}
#endif

std::vector<const Kernels*> available_kernels() {
  std::vector<const Kernels*> available;
#if defined(__x86_64__)
  // What the flags in CMakeLists.txt let the compiler use.
  const bool avx2 = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
  const bool avx512 =
      __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
      __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vl") != 0;
  if (avx2 && avx512) available.push_back(&avx512::kKernels);
  if (avx2) available.push_back(&avx2::kKernels);
#endif
  available.push_back(&portable::kKernels);
  return available;
}

}  // namespace mnist::fused
