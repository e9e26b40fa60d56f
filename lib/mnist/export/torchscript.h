// A model as a TorchScript archive, for PyTorch and LibTorch without this project's code.
#pragma once

#include "mnist/bytes/file.h"
#include "mnist/model/model_file.h"

namespace mnist {

// A module whose forward(ink) takes float32 [N,1,28,28], ink in [0,1], any N, and returns a
// Dict[str, Tensor]: the outputs of export_onnx() under the same names. Its state_dict() has the
// model file's tensors, under their names. The network may be on any device; the archive is for
// the CPU and can be moved.
//
// Only written: this project never reads such archives, since they contain code.
Bytes export_torchscript(const Model& model);

}  // namespace mnist
