// A model as an ONNX file, for ONNX Runtime, browsers and inference servers.
#pragma once

#include "mnist/bytes/file.h"
#include "mnist/model/model_file.h"

namespace mnist {

// The operator set of the exported graph. This one is from 2020: any runtime in use has it.
inline constexpr int kOnnxOpset = 13;

// One graph from ink to answers, nothing left for the consumer to apply:
//   input   ink            float32 [N,1,28,28], ink in [0,1], any N
//   outputs probabilities  float32 [N,10], calibrated: softmax(logits / temperature)
//           acceptance     float32 [N], how likely it is a digit: sigmoid(logsumexp(logits))
//           logits         float32 [N,10]
// The file's metadata hold what a consumer needs to decide as mnist-predict does
// (docs/interchange.md lists them). The result has passed ONNX's own checker and strict shape
// inference. Throws Error{kUnsupported} with the checker's message if it does not pass. The network
// may be on any device.
Bytes export_onnx(const Model& model);

}  // namespace mnist
