// The kernels for processors with AVX2 and FMA.
#include "mnist/train/fused/kernels.h"

#define MNIST_KERNELS avx2
#include "mnist/train/fused/kernels.inc"
