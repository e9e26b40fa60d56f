// The kernels for any processor.
#include "mnist/read/kernels/kernels.h"

#define MNIST_KERNELS portable
#define MNIST_VECTOR 4
#define MNIST_VECTORS 2
#define MNIST_CELLS 6
#include "mnist/read/kernels/kernels.inc"
