// The kernels for processors with AVX-512.
#include <immintrin.h>

#include "mnist/gradient/fused/kernels.h"

#define MNIST_KERNELS avx512
#include "mnist/gradient/fused/kernels.inc"
