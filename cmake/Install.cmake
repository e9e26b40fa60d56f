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

# Headers marked "internal" are not part of the public interface.
install(DIRECTORY lib/mnist ${PROJECT_BINARY_DIR}/generated/mnist
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development
  FILES_MATCHING PATTERN "*.h"
  REGEX "image/(canvas|codecs|exif|heif_items|levels|palette|resample|tiff_file|tiff_reader)\\.h$" EXCLUDE
  REGEX "digit/(frame|tuning)\\.h$" EXCLUDE
  REGEX "draw/(camera|digit_styles|glyphs|handwriting|layout|outlier_form|scene_setting|sheet|writing)\\.h$" EXCLUDE
  REGEX "read/(candidates|levels|page_inference|reading_order)\\.h$" EXCLUDE
  REGEX "report/prediction_values\\.h$" EXCLUDE
  REGEX "train/(digit_sources|picture_cache)\\.h$" EXCLUDE
  PATTERN "bfloat16" EXCLUDE
  PATTERN "kernels" EXCLUDE
  REGEX "base/(cgroup|instruction_sets)\\.h$" EXCLUDE
  REGEX "gradient/autocast\\.h$" EXCLUDE
  REGEX "parallel/crew\\.h$" EXCLUDE
  PATTERN "json_lines.h" EXCLUDE
  PATTERN "safetensors_header.h" EXCLUDE
  PATTERN "chart/frame.h" EXCLUDE
  PATTERN "html" EXCLUDE
  PATTERN "retry.h" EXCLUDE
  PATTERN "temporary_name.h" EXCLUDE
  PATTERN "vary_pixels.h" EXCLUDE)

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
