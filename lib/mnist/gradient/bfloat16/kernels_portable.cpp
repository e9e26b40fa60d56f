// The kernels for any processor.
#include "mnist/gradient/bfloat16/kernels.h"

#define MNIST_KERNELS portable
#include "mnist/gradient/bfloat16/kernels.inc"
