// mnist-generate: digits drawn by the project itself, as MNIST-like files or as pictures.
#include <iostream>

#include "common/guard.h"
#include "generate/flags.h"
#include "generate/job.h"

int main(int argc, char** argv) {
  using namespace mnist::app;
  return guard("mnist-generate", [&] {
    const generate::Flags flags = generate::parse(argc, argv);
    return generate::run(flags, std::cout);
  });
}
