#include "mnist/gradient/bfloat16/kernels.h"

#include "mnist/base/instruction_sets.h"

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
  if (has_avx512bf16()) available.push_back(&avx512bf16::kKernels);
  if (has_avx512()) available.push_back(&avx512::kKernels);
#endif
  available.push_back(&portable::kKernels);
  return available;
}

}  // namespace mnist::bfloat16
