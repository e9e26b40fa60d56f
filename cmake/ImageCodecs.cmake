# Libraries for WebP, HEIF (with AVIF) and TIFF: each format is supported if its library is found.
# Used by this build and by the installed package, whose targets name PkgConfig::MNIST_<codec>.
# Set MNIST_WITH_WEBP, MNIST_WITH_HEIF or MNIST_WITH_TIFF to OFF to leave one out.
find_package(PkgConfig QUIET)

function(mnist_find_codec codec modules)
  if(NOT DEFINED MNIST_WITH_${codec})
    option(MNIST_WITH_${codec} "Read ${codec} pictures if ${modules} is found" ON)
  endif()
  if(NOT MNIST_WITH_${codec} OR TARGET PkgConfig::MNIST_${codec})
    return()
  endif()
  if(PkgConfig_FOUND)
    pkg_check_modules(MNIST_${codec} QUIET IMPORTED_TARGET GLOBAL ${modules})
  endif()
  if(NOT TARGET PkgConfig::MNIST_${codec})
    message(STATUS "${codec} pictures will not be read: no ${modules}")
  endif()
endfunction()

# libtiff 4.5 added per-file error handlers; libheif 1.15 added selection of a decoder by name.
mnist_find_codec(WEBP "libwebp;libwebpdemux")
mnist_find_codec(HEIF "libheif>=1.15")
mnist_find_codec(TIFF "libtiff-4>=4.5")
