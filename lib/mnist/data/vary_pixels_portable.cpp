// Compiled for any processor.
#define MNIST_INSTRUCTION_SET portable
#include "mnist/data/vary_pixels.inc"
