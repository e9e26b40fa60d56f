# `cpack -G DEB` in the build folder makes mnist-toolkit (the programs) and libmnist-toolkit-dev
# (the libraries to link against). dpkg-shlibdeps finds the shared-library dependencies.
set(CPACK_PACKAGE_NAME mnist-toolkit)
set(CPACK_PACKAGE_CONTACT "the mnist-toolkit authors")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "learns to read handwritten digits, and reads them")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS ${CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS})
set(CPACK_GENERATOR DEB TGZ)

set(CPACK_COMPONENTS_ALL development)
if(MNIST_BUILD_CORE)
  set(CPACK_COMPONENTS_ALL programs development)
endif()
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)

set(CPACK_DEBIAN_PROGRAMS_PACKAGE_NAME mnist-toolkit)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_SHLIBDEPS ON)
# Without it, Debian's LibTorch uses the slow reference BLAS.
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_RECOMMENDS libopenblas0-openmp)
set(CPACK_COMPONENT_PROGRAMS_DESCRIPTION
  "Programs that train a network on MNIST, measure it, and read digits from photos, scans and\ndrawings, with a trained model, manual pages and bash completion.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libmnist-toolkit-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
  "libtorch-dev, libonnx-dev, libprotobuf-dev, nlohmann-json3-dev, libopencv-core-dev, libopencv-imgproc-dev, libpng-dev, libjpeg-dev, zlib1g-dev, libssl-dev, libcairo2-dev, libwebp-dev, libheif-dev, libtiff-dev, pkg-config")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_RECOMMENDS "mnist-toolkit (= ${PROJECT_VERSION})")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION
  "Headers and static libraries to link against: mnist::io (files, pictures, metrics) and mnist::core\n(the network), found by CMake's find_package(mnist-toolkit).")

include(CPack)
