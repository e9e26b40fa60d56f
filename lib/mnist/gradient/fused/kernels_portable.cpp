// The kernels for any processor: vectors of four floats, which every 64-bit one has.
#include "mnist/gradient/fused/kernels.h"

#define MNIST_KERNELS portable
#include "mnist/gradient/fused/kernels.inc"
