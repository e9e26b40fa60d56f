// mnist-data: labelled digits from one form to another, on a sheet, and looked through for
// mistakes.
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
