#include "mnist/read/kernels/kernels.h"

#include <cstddef>

#include "mnist/base/instruction_sets.h"

namespace mnist::reading {

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

std::array<float, kPoints> transformed(const std::array<float, 9>& weights) {
  const auto spread = [](float a, float b, float c) {
    return std::array{a, (a + b + c) / 2, (a - b + c) / 2, c};
  };
  std::array<std::array<float, 4>, 3> rows;
  for (std::size_t v = 0; v < 3; ++v) {
    rows[v] = spread(weights[3 * v], weights[3 * v + 1], weights[3 * v + 2]);
  }
  std::array<float, kPoints> points{};
  for (std::size_t u = 0; u < 4; ++u) {
    const std::array<float, 4> column = spread(rows[0][u], rows[1][u], rows[2][u]);
    for (std::size_t v = 0; v < 4; ++v) points[4 * v + u] = column[v];
  }
  return points;
}

std::vector<const Kernels*> available_kernels() {
  std::vector<const Kernels*> available;
#if defined(__x86_64__)
  if (has_avx512()) available.push_back(&avx512::kKernels);
  if (has_avx2()) available.push_back(&avx2::kKernels);
#endif
  available.push_back(&portable::kKernels);
  return available;
}

}  // namespace mnist::reading
