// mnist-eval: a model and labelled digits -> how good it is.
#include <iostream>

#include "common/guard.h"
#include "eval/flags.h"
#include "eval/job.h"

int main(int argc, char** argv) {
  using namespace mnist::app;
  return guard("mnist-eval", [&] {
    const eval::Flags flags = eval::parse(argc, argv);
    eval::Job job = eval::resolve(flags);
    return eval::run(job, std::cout);
  });
}
