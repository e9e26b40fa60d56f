// The kernels for processors with AVX-512.
#include "mnist/read/kernels/kernels.h"

#define MNIST_KERNELS avx512
#define MNIST_VECTOR 16
#define MNIST_VECTORS 3
#define MNIST_CELLS 8
#include "mnist/read/kernels/kernels.inc"
