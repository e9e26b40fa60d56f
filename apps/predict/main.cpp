// mnist-predict: picture files -> the digits on them, one line each.
#include <iostream>

#include "common/guard.h"
#include "predict/flags.h"
#include "predict/job.h"

int main(int argc, char** argv) {
  using namespace mnist::app;
  return guard("mnist-predict", [&] {
    const predict::Flags flags = predict::parse(argc, argv);
    predict::Job job = predict::resolve(flags);
    return predict::run(job, std::cin, std::cout);
  });
}
