#include "mnist/gradient/fused/kernels.h"

#include "mnist/base/instruction_sets.h"

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
  if (has_avx512()) available.push_back(&avx512::kKernels);
  if (has_avx2()) available.push_back(&avx2::kKernels);
#endif
  available.push_back(&portable::kKernels);
  return available;
}

}  // namespace mnist::fused
