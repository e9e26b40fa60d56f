// The kernels for processors with AVX2 and FMA.
#include "mnist/read/kernels/kernels.h"

#define MNIST_KERNELS avx2
#define MNIST_VECTOR 8
#define MNIST_VECTORS 2
#define MNIST_CELLS 6
#include "mnist/read/kernels/kernels.inc"
