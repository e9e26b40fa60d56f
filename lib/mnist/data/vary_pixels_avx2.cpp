// Compiled for processors with AVX2.
#define MNIST_INSTRUCTION_SET avx2
#include "mnist/data/vary_pixels.inc"
