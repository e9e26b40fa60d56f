// mnist-data: converts labelled digits, shows them on a sheet, and looks for mistakes in them.
#include <iostream>

#include "common/guard.h"
#include "data/flags.h"
#include "data/job.h"

int main(int argc, char** argv) {
  using namespace mnist::app;
  return guard("mnist-data", [&] {
    const data::Flags flags = data::parse(argc, argv);
    return data::run(flags, std::cout);
  });
}
