# One target each for Torch and ONNX; call find_package for both first. Used by this build and by
# the installed package: their variables would put this machine's paths into the export.
if(NOT TARGET mnist::torch)
  # SYSTEM silences warnings from Torch's headers.
  add_library(mnist::torch INTERFACE IMPORTED GLOBAL)
  target_include_directories(mnist::torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
  target_link_libraries(mnist::torch INTERFACE ${TORCH_LIBRARIES})
  separate_arguments(_mnist_torch_flags UNIX_COMMAND "${TORCH_CXX_FLAGS}")
  target_compile_options(mnist::torch INTERFACE ${_mnist_torch_flags}
    # In C++20, Clang needs IValue complete before other headers of LibTorch use vectors of it.
    "$<$<COMPILE_LANG_AND_ID:CXX,Clang>:SHELL:-include ATen/core/ivalue.h>")

  # ONNX 1.13 moved its target into a namespace.
  add_library(mnist::onnx INTERFACE IMPORTED GLOBAL)
  if(TARGET ONNX::onnx)
    target_link_libraries(mnist::onnx INTERFACE ONNX::onnx)
  else()
    target_link_libraries(mnist::onnx INTERFACE onnx)
  endif()
endif()
