# mnist_warnings: the project's own warnings, linked PRIVATE so that consumers keep theirs.
add_library(mnist_warnings INTERFACE)
target_compile_options(mnist_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-qual
  -Wformat=2 -Wimplicit-fallthrough -Wundef
  # GCC 12 sees these where there is nothing, in std::string (its bug 105651) and nlohmann/json.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict -Wno-maybe-uninitialized>
  $<$<BOOL:${MNIST_WARNINGS_AS_ERRORS}>:-Werror>)

# Sanitizers apply to every target of this build: a program is only checked where all of it is.
if(MNIST_SANITIZE)
  add_compile_options(-fsanitize=${MNIST_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=${MNIST_SANITIZE})
endif()

# Torch's headers take most of the build (7 s a unit for its types alone); ccache makes the second
# build cheap. A precompiled <torch/torch.h> was measured: 630 MB that take 8 s to load.
find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
