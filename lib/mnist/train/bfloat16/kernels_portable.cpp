// The kernels for any processor.
#include "mnist/train/bfloat16/kernels.h"

#define MNIST_KERNELS portable
#include "mnist/train/bfloat16/kernels.inc"
