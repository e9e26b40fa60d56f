// What kernels compiled for newer processors need from the one they run on: everything that their
// flags (CMakeLists.txt beside them) let the compiler use. Internal to lib/mnist. Thread-safe.
#pragma once

namespace mnist {

#if defined(__x86_64__)
inline bool has_avx2() {
  return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
}

inline bool has_avx512() {
  return has_avx2() && __builtin_cpu_supports("avx512f") != 0 &&
         __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
         __builtin_cpu_supports("avx512vl") != 0;
}

inline bool has_avx512bf16() { return has_avx512() && __builtin_cpu_supports("avx512bf16") != 0; }
#endif

}  // namespace mnist
