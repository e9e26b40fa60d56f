# Every library comes from the system's packages; docs/building.md lists them.
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
find_package(PNG REQUIRED)
find_package(JPEG REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(OpenCVImgproc REQUIRED)
find_package(Cairo REQUIRED)
find_package(nlohmann_json REQUIRED)

if(MNIST_BUILD_CORE)
  find_package(spdlog REQUIRED)
  find_package(CLI11 REQUIRED)
  # Its flags say how the compiled library was configured, which decides the layout of its classes.
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(HTTPLIB REQUIRED IMPORTED_TARGET cpp-httplib)
  find_package(Torch REQUIRED)
  # One target for Torch, its headers SYSTEM so that its warnings are not ours.
  add_library(mnist_torch INTERFACE)
  target_include_directories(mnist_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
  target_link_libraries(mnist_torch INTERFACE ${TORCH_LIBRARIES})
  separate_arguments(_torch_flags UNIX_COMMAND "${TORCH_CXX_FLAGS}")
  target_compile_options(mnist_torch INTERFACE ${_torch_flags})
endif()
