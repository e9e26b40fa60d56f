// mnist-serve: draw a digit or upload a picture in a browser, and it is read.
#include <iostream>

#include "common/guard.h"
#include "serve/flags.h"
#include "serve/job.h"

int main(int argc, char** argv) {
  using namespace mnist::app;
  return guard("mnist-serve", [&] {
    const serve::Flags flags = serve::parse(argc, argv);
    serve::Job job = serve::resolve(flags);
    return serve::run(job, std::cout);
  });
}
