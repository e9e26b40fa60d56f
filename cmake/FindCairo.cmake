# The drawing library cairo (https://cairographics.org), included as <cairo/cairo.h>. Defines the
# imported target cairo::cairo.
find_path(Cairo_INCLUDE_DIR cairo/cairo.h)
find_library(Cairo_LIBRARY cairo)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Cairo REQUIRED_VARS Cairo_LIBRARY Cairo_INCLUDE_DIR)

if(Cairo_FOUND AND NOT TARGET cairo::cairo)
  add_library(cairo::cairo INTERFACE IMPORTED)
  target_include_directories(cairo::cairo SYSTEM INTERFACE ${Cairo_INCLUDE_DIR})
  target_link_libraries(cairo::cairo INTERFACE ${Cairo_LIBRARY})
endif()
mark_as_advanced(Cairo_INCLUDE_DIR Cairo_LIBRARY)
