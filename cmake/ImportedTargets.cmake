# Torch and ONNX as one target each, after find_package of both. Used by this build and by the
# installed package: the variables behind them would put paths of one machine into the export.
if(NOT TARGET mnist::torch)
  # SYSTEM headers, so that their warnings are not ours.
  add_library(mnist::torch INTERFACE IMPORTED GLOBAL)
  target_include_directories(mnist::torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
  target_link_libraries(mnist::torch INTERFACE ${TORCH_LIBRARIES})
  separate_arguments(_mnist_torch_flags UNIX_COMMAND "${TORCH_CXX_FLAGS}")
  target_compile_options(mnist::torch INTERFACE ${_mnist_torch_flags})

  # ONNX's own target got a namespace in 1.13.
  add_library(mnist::onnx INTERFACE IMPORTED GLOBAL)
  if(TARGET ONNX::onnx)
    target_link_libraries(mnist::onnx INTERFACE ONNX::onnx)
  else()
    target_link_libraries(mnist::onnx INTERFACE onnx)
  endif()
endif()
