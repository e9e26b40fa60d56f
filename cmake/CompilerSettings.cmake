# mnist_warnings: the project's own warnings, linked PRIVATE so that consumers keep their own.
add_library(mnist_warnings INTERFACE)
target_compile_options(mnist_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-qual
  -Wformat=2 -Wimplicit-fallthrough -Wundef
  # False positives of GCC 12 in std::string (GCC bug 105651) and nlohmann/json.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict -Wno-maybe-uninitialized>
  $<$<BOOL:${MNIST_WARNINGS_AS_ERRORS}>:-Werror>)

# Sanitizers apply to every target in this build: they miss errors in uninstrumented code.
if(MNIST_SANITIZE)
  add_compile_options(-fsanitize=${MNIST_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=${MNIST_SANITIZE})
endif()

# Torch's headers dominate build time (7 s per source for its types alone); ccache makes rebuilds
# cheap. A precompiled <torch/torch.h> does not help: it is 630 MB and takes 8 s to load.
find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

# For programs and tests, which spend their run time in the library: -O1 cuts their compile time by
# a quarter.
add_library(mnist_callers INTERFACE)
target_link_libraries(mnist_callers INTERFACE mnist_warnings)
target_compile_options(mnist_callers INTERFACE $<$<CONFIG:Release>:-O1>)

# compile_by_folder(<target> [EXCEPT <folder>...]): compiles its sources in groups of at most twelve
# from one folder, so the compiler reads Torch's headers once per group. Sources with their own
# compile options or definitions, and those in the folders after EXCEPT, stay separate. Call it
# after all sources have been added.
function(compile_by_folder target)
  if(NOT MNIST_COMPILE_BY_FOLDER)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" EXCEPT)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  get_target_property(sources ${target} SOURCES)
  set(last_folder "")
  set(count 0)
  foreach(source IN LISTS sources)
    if(NOT source MATCHES "\\.cpp$")
      continue()
    endif()
    get_filename_component(source_path ${source} ABSOLUTE)
    get_filename_component(folder ${source_path} DIRECTORY)
    file(RELATIVE_PATH here ${CMAKE_CURRENT_SOURCE_DIR} ${folder}/.)
    string(REGEX REPLACE "/$" "" here "${here}")
    if(here IN_LIST arg_EXCEPT)
      continue()
    endif()
    if(NOT folder STREQUAL last_folder)
      set(last_folder ${folder})
      set(count 0)
    endif()
    math(EXPR group "${count} / 12")
    math(EXPR count "${count} + 1")
    file(RELATIVE_PATH below ${PROJECT_SOURCE_DIR} ${folder}/.)
    string(MAKE_C_IDENTIFIER "${below}${group}" name)
    set_source_files_properties(${source} TARGET_DIRECTORY ${target} PROPERTIES
      UNITY_GROUP ${name})
  endforeach()
endfunction()
