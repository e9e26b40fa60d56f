// The page network: finds what is written on a page, at one scale.
//
//   levels [N,1,H,W] in [0,1], any polarity, H and W multiples of 4
//     -> space-to-depth: 4x4 pixels become 16 channels, a cell
//     -> local contrast: minus the mean, over the standard deviation, of the 11x11 cells around
//     -> 3x3 convolutions with batch normalisation and ReLU, in residual pairs, the second of each
//        dilated, so a cell sees about two digits around it
//     -> per cell: which mark has its centre there, its size, and the centre of the mark
//        whose ink is there; per pixel: whether it is a mark's own ink
//
// It knows digits of 14 to 40 pixels; a pyramid of scales brings others there (read/). Centres and
// sizes as in Zhou et al., "Objects as Points", 2019 (arXiv:1904.07850). Not thread-safe while
// training; forward() in evaluation mode may run in several threads.
#pragma once

#include <vector>

#include <torch/nn/module.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/pimpl.h>

#include "mnist/data/page_grid.h"
#include "mnist/model/page_network_options.h"

namespace mnist {

// All float32; h = H/4, w = W/4.
struct PageMaps {
  torch::Tensor centres;  // logits [N,kPageClasses,h,w]
  torch::Tensor small;    // logits [N,1,h,w]: digits too small for this scale are here
  torch::Tensor other;    // logits [N,1,h,w]: writing that is not a digit is here
  torch::Tensor sizes;    // [N,2,h,w]: log of width and height, in kPageUnit
  torch::Tensor ways;     // [N,2,h,w]: from the cell's middle to its mark's centre, in kPageUnit
  torch::Tensor ink;      // logits [N,1,H,W]
};

struct PageNetImpl : torch::nn::Module {
  explicit PageNetImpl(const PageNetOptions& options = {});

  PageMaps forward(const torch::Tensor& levels);

  const PageNetOptions options;

 private:
  torch::nn::Conv2d stem_{nullptr};
  torch::nn::BatchNorm2d stem_norm_{nullptr};
  std::vector<torch::nn::Conv2d> convolutions_;
  std::vector<torch::nn::BatchNorm2d> norms_;
  torch::nn::Conv2d maps_{nullptr};
  torch::nn::Conv2d ink_hidden_{nullptr};
  torch::nn::Conv2d ink_{nullptr};
};
TORCH_MODULE(PageNet);

}  // namespace mnist
