// The kernels for processors with AVX-512 but without AVX512-BF16.
#include "mnist/gradient/bfloat16/kernels.h"

#define MNIST_KERNELS avx512
#include "mnist/gradient/bfloat16/kernels.inc"
