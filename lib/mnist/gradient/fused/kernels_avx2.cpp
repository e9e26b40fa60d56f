// The kernels for processors with AVX2 and FMA.
#include "mnist/gradient/fused/kernels.h"

#define MNIST_KERNELS avx2
#include "mnist/gradient/fused/kernels.inc"
