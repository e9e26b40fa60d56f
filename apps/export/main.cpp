// mnist-export: a model file -> the same network as ONNX or TorchScript.
#include <iostream>

#include "common/guard.h"
#include "export/flags.h"
#include "export/job.h"

int main(int argc, char** argv) {
  using namespace mnist::app;
  return guard("mnist-export", [&] {
    const exporting::Flags flags = exporting::parse(argc, argv);
    return exporting::run(flags, std::cout);
  });
}
