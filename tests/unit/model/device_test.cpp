#include "mnist/model/device.h"

#include <ATen/Parallel.h>

#include "mnist/base/error.h"
#include "mnist/base/processors.h"

#include "support/environment.h"
#include "support/torch_catch.h"

namespace mnist {
namespace {

ErrorKind kind_for(const std::string& name) {
  try {
    select_device(name);
  } catch (const Error& error) {
    return error.kind();
  }
  FAIL("device '" << name << "' was accepted");
  return ErrorKind::kIo;
}

}  // namespace

TEST_CASE("cpu is always there, and words that name no device are refused", "[model]") {
  CHECK(select_device("cpu").is_cpu());
  for (const char* name : {"", "gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:1x", "CPU"}) {
    CHECK(kind_for(name) == ErrorKind::kUsage);
  }
}

TEST_CASE("a CUDA device that is not there is a device error", "[model]") {
  CHECK(kind_for("cuda:9999") == ErrorKind::kDevice);
}

TEST_CASE("auto takes CUDA where it is", "[model][needs-cuda]") {
  if (!torch::cuda::is_available()) mnist::testing::skip("no CUDA device here");
  CHECK(select_device("auto").is_cuda());
  CHECK(select_device("cuda:0").is_cuda());
}

TEST_CASE("zero threads means every processor that may be used", "[model]") {
  CHECK(set_threads(0) == available_processors());
  CHECK(set_threads(1) == 1);
  CHECK(at::get_num_threads() == 1);
  CHECK_THROWS_AS(set_threads(-1), Error);
}

}  // namespace mnist
