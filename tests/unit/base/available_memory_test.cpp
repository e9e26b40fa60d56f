#include "mnist/base/available_memory.h"

#include <unistd.h>

#include "support/catch.h"

namespace mnist {

TEST_CASE("a process may use some memory, and no more than the machine has", "[base]") {
  const auto pages = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES));
  CHECK(available_memory() > 16U << 20);
  CHECK(available_memory() <= pages * static_cast<std::uint64_t>(sysconf(_SC_PAGE_SIZE)));
}

}  // namespace mnist
