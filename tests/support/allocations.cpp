// The C library's functions of the same names, with a count: LibTorch's tensors come from
// posix_memalign, so operator new alone would not see them. The names are glibc's.
#include "support/allocations.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>

#include <malloc.h>

namespace {

std::atomic<std::int64_t> held{0};
std::atomic<std::int64_t> most{0};

}  // namespace

#ifdef MNIST_COUNT_ALLOCATIONS

// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" {
void* __libc_malloc(std::size_t size);
void __libc_free(void* memory);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

namespace {

std::int64_t size_of(void* memory) {
  return static_cast<std::int64_t>(::malloc_usable_size(memory));
}

void* taken(void* memory) {
  const std::int64_t size = size_of(memory);
  const std::int64_t now = held.fetch_add(size, std::memory_order_relaxed) + size;
  std::int64_t before = most.load(std::memory_order_relaxed);
  while (before < now && !most.compare_exchange_weak(before, now, std::memory_order_relaxed)) {
  }
  return memory;
}

void given_back(void* memory) { held.fetch_sub(size_of(memory), std::memory_order_relaxed); }

}  // namespace

extern "C" {

void* malloc(std::size_t size) noexcept { return taken(__libc_malloc(size)); }

void* calloc(std::size_t count, std::size_t size) noexcept {
  return taken(__libc_calloc(count, size));
}

void* realloc(void* memory, std::size_t size) noexcept {
  const std::int64_t before = size_of(memory);
  void* const moved = __libc_realloc(memory, size);
  if (moved == nullptr && size > 0) return nullptr;
  held.fetch_sub(before, std::memory_order_relaxed);
  return taken(moved);
}

void* memalign(std::size_t alignment, std::size_t size) noexcept {
  return taken(__libc_memalign(alignment, size));
}

void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  return memalign(alignment, size);
}

int posix_memalign(void** memory, std::size_t alignment, std::size_t size) noexcept {
  void* const made = memalign(alignment, size);
  if (made == nullptr) return ENOMEM;
  *memory = made;
  return 0;
}

void free(void* memory) noexcept {
  given_back(memory);
  __libc_free(memory);
}

}  // extern "C"

#endif

namespace mnist::testing {

AllocationPeak::AllocationPeak() : before_(held) { most = before_; }

std::int64_t AllocationPeak::bytes() const { return std::max<std::int64_t>(0, most - before_); }

}  // namespace mnist::testing
