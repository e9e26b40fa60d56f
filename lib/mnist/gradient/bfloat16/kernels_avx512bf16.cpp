// The kernels for processors with AVX512-BF16.
#include <immintrin.h>

#include "mnist/gradient/bfloat16/kernels.h"

#define MNIST_KERNELS avx512bf16
#include "mnist/gradient/bfloat16/kernels.inc"
