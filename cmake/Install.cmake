# Rules for `cmake --install`, in two components that are also the two Debian packages:
# "programs" (programs, model, manual pages, completion) and "development" (headers, libraries,
# CMake package).
include(CMakePackageConfigHelpers)

set(_cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/mnist-toolkit)
set(MNIST_INSTALL_MODEL ${CMAKE_INSTALL_DATADIR}/mnist-toolkit/models/digits.safetensors)
set(MNIST_INSTALL_PAGE_MODEL ${CMAKE_INSTALL_DATADIR}/mnist-toolkit/models/page.safetensors)

# Installed folders are open to everyone, whatever the builder's umask.
set(CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

include(PublicHeaders)
set(_headers ${MNIST_IO_HEADERS})
if(MNIST_BUILD_CORE)
  list(APPEND _headers ${MNIST_CORE_HEADERS})
endif()
foreach(header IN LISTS _headers)
  cmake_path(GET header PARENT_PATH folder)
  install(FILES lib/mnist/${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/mnist/${folder}
    COMPONENT development)
endforeach()
install(FILES ${PROJECT_BINARY_DIR}/generated/mnist/base/version.h
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/mnist/base COMPONENT development)

install(TARGETS mnist_io EXPORT mnist-toolkit-io-targets
  ARCHIVE COMPONENT development LIBRARY COMPONENT programs NAMELINK_COMPONENT development)
install(EXPORT mnist-toolkit-io-targets NAMESPACE mnist:: DESTINATION ${_cmake_dir}
  COMPONENT development)
if(MNIST_BUILD_CORE)
  install(TARGETS mnist_core EXPORT mnist-toolkit-core-targets
    ARCHIVE COMPONENT development LIBRARY COMPONENT programs NAMELINK_COMPONENT development)
  install(EXPORT mnist-toolkit-core-targets NAMESPACE mnist:: DESTINATION ${_cmake_dir}
    COMPONENT development)
  install(FILES models/digits.safetensors models/page.safetensors
    DESTINATION ${CMAKE_INSTALL_DATADIR}/mnist-toolkit/models COMPONENT programs)
  # The configs refer to their schema as ../docs/config.schema.json.
  install(DIRECTORY configs DESTINATION ${CMAKE_INSTALL_DATADIR}/mnist-toolkit COMPONENT programs)
  install(FILES docs/config.schema.json
    DESTINATION ${CMAKE_INSTALL_DATADIR}/mnist-toolkit/docs COMPONENT programs)
  install(FILES LICENSE RENAME copyright DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/mnist-toolkit
    COMPONENT programs)
endif()
install(FILES LICENSE RENAME copyright
  DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libmnist-toolkit-dev COMPONENT development)

foreach(codec IN ITEMS WEBP HEIF TIFF)
  set(MNIST_BUILT_${codec} OFF)
  if(TARGET PkgConfig::MNIST_${codec})
    set(MNIST_BUILT_${codec} ON)
  endif()
endforeach()
configure_package_config_file(cmake/mnist-toolkit-config.cmake.in
  ${PROJECT_BINARY_DIR}/mnist-toolkit-config.cmake
  INSTALL_DESTINATION ${_cmake_dir} PATH_VARS MNIST_INSTALL_MODEL MNIST_INSTALL_PAGE_MODEL)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/mnist-toolkit-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/mnist-toolkit-config.cmake
  ${PROJECT_BINARY_DIR}/mnist-toolkit-config-version.cmake
  cmake/FindCairo.cmake
  cmake/FindOpenCVImgproc.cmake
  cmake/ImageCodecs.cmake
  cmake/ImportedTargets.cmake
  DESTINATION ${_cmake_dir} COMPONENT development)
