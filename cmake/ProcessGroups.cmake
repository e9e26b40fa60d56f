# Training in several processes (docs/scaling.md) needs Gloo's headers and a LibTorch built with
# process groups. The check links against our own declaration of them, which is fast. Sets
# MNIST_HAVE_C10D_GLOO and MNIST_HAVE_C10D_NCCL.
include(CheckCXXSourceCompiles)

function(mnist_check_process_group backend header result)
  find_file(MNIST_${backend}_HEADER ${header} HINTS ${TORCH_INCLUDE_DIRS} /usr/local/cuda/include)
  mark_as_advanced(MNIST_${backend}_HEADER)
  if(NOT MNIST_${backend}_HEADER)
    set(${result} FALSE PARENT_SCOPE)
    return()
  endif()
  set(CMAKE_REQUIRED_LIBRARIES ${TORCH_LIBRARIES})
  check_cxx_source_compiles("
    namespace c10d { struct ProcessGroup${backend} { ~ProcessGroup${backend}(); int all[4096]; }; }
    int main() { c10d::ProcessGroup${backend} group; }" ${result})
  set(${result} ${${result}} PARENT_SCOPE)
endfunction()

mnist_check_process_group(Gloo gloo/rendezvous/store.h MNIST_HAVE_C10D_GLOO)
mnist_check_process_group(NCCL nccl.h MNIST_HAVE_C10D_NCCL)
if(NOT MNIST_HAVE_C10D_GLOO)
  message(STATUS "mnist-train will train in one process only: no Gloo in LibTorch, or no libgloo-dev")
endif()
