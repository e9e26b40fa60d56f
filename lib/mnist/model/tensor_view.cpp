#include "mnist/model/tensor_view.h"

#include <array>
#include <cstring>
#include <string>
#include <utility>

#include "mnist/base/error.h"

namespace mnist {
namespace {

constexpr std::array<std::pair<TensorType, torch::ScalarType>, 5> kTypes = {{
    {TensorType::kInt64, torch::kInt64},
    {TensorType::kFloat64, torch::kFloat64},
    {TensorType::kFloat32, torch::kFloat32},
    {TensorType::kBFloat16, torch::kBFloat16},
    {TensorType::kUInt8, torch::kUInt8},
}};

}  // namespace

TensorView view_of(const torch::Tensor& tensor) {
  for (const auto& [type, scalar] : kTypes) {
    if (tensor.scalar_type() != scalar) continue;
    return {type,
            tensor.sizes().vec(),
            {static_cast<const std::uint8_t*>(tensor.data_ptr()), tensor.nbytes()}};
  }
  throw Error(ErrorKind::kUnsupported,
              std::string("tensors of ") + c10::toString(tensor.scalar_type()));
}

torch::Tensor tensor_of(const TensorView& view) {
  for (const auto& [type, scalar] : kTypes) {
    if (view.type != type) continue;
    torch::Tensor tensor = torch::empty(view.shape, scalar);
    std::memcpy(tensor.data_ptr(), view.data.data(), view.data.size());
    return tensor;
  }
  throw Error(ErrorKind::kUnsupported, std::string("element type ") + to_string(view.type));
}

}  // namespace mnist
