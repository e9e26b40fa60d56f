#include "mnist/train/bfloat16/kernels.h"

namespace mnist::bfloat16 {

namespace portable {
extern const Kernels kKernels;
}
#if defined(__x86_64__)
namespace avx512 {
extern const Kernels kKernels;
}
namespace avx512bf16 {
extern const Kernels kKernels;
}
#endif

std::vector<const Kernels*> available_kernels() {
  std::vector<const Kernels*> available;
#if defined(__x86_64__)
  // What the flags in CMakeLists.txt let the compiler use.
  const bool avx512 =
      __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0 &&
      __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
      __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vl") != 0;
  if (avx512 && __builtin_cpu_supports("avx512bf16") != 0) {
    available.push_back(&avx512bf16::kKernels);
  }
  if (avx512) available.push_back(&avx512::kKernels);
#endif
  available.push_back(&portable::kKernels);
  return available;
}

}  // namespace mnist::bfloat16
