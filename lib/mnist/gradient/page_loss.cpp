#include "mnist/gradient/page_loss.h"

#include <torch/nn/functional/activation.h>
#include <torch/nn/functional/loss.h>

namespace mnist {
namespace {

namespace F = torch::nn::functional;

// Parts are weighted so that each matters: a centre is one of a thousand cells, ink one of ten.
constexpr double kSizeWeight = 1.0;
constexpr double kWayWeight = 1.0;
constexpr double kInkWeight = 10.0;
constexpr double kSmallWeight = 1.0;
constexpr double kOtherWeight = 2.0;
// What a typical page of 32x32 cells contains: sums are divided by these, and not by the batch's
// own counts, so each page has its own part of the loss.
constexpr double kMarks = 5;
constexpr double kInkedCells = 50;

torch::Tensor smooth_l1(const torch::Tensor& value, const torch::Tensor& target) {
  constexpr double kBeta = 0.1;
  const torch::Tensor away = (value - target).abs();
  return torch::where(away < kBeta, away.square() / (2 * kBeta), away - kBeta / 2);
}

torch::Tensor cross_entropy(const torch::Tensor& logits, const torch::Tensor& target) {
  return F::binary_cross_entropy_with_logits(
      logits, target, F::BinaryCrossEntropyWithLogitsFuncOptions().reduction(torch::kNone));
}

}  // namespace

PageLoss page_loss(const PageMaps& maps, const PageBatch& batch) {
  const auto pages = static_cast<double>(batch.size());
  const torch::Tensor is_centre = batch.centres.eq(1).to(torch::kFloat32);
  // log p and log(1 - p), from logits.
  const torch::Tensor yes = F::logsigmoid(maps.centres);
  const torch::Tensor no = F::logsigmoid(-maps.centres);
  const torch::Tensor p = yes.exp();
  const torch::Tensor missed = is_centre * (1 - p).square() * yes;
  const torch::Tensor invented =
      (1 - is_centre) * (1 - batch.centres).pow(4) * p.square() * no * batch.counted;
  const torch::Tensor any_centre = is_centre.amax(1, true);

  PageLoss loss;
  loss.centres = -(missed + invented).sum() / (kMarks * pages);
  loss.sizes = (smooth_l1(maps.sizes, batch.sizes) * any_centre).sum() / (kMarks * pages);
  loss.ways = (smooth_l1(maps.ways, batch.ways) * batch.owned).sum() / (kInkedCells * pages);
  loss.ink = (cross_entropy(maps.ink, batch.ink) * batch.inkable).mean();
  loss.small = (cross_entropy(maps.small, batch.small) * batch.counted).mean();
  loss.other = cross_entropy(maps.other, batch.other).mean();
  loss.total = loss.centres + kSizeWeight * loss.sizes + kWayWeight * loss.ways +
               kInkWeight * loss.ink + kSmallWeight * loss.small + kOtherWeight * loss.other;
  return loss;
}

}  // namespace mnist
