// Fifteen ways of disturbing a digit's image: how a reader copes with them shows what it has
// learned about digits and what about clean images.
//
// The kinds and their strengths follow MNIST-C (N. Mu, J. Gilmer: "MNIST-C: A Robustness Benchmark
// for Computer Vision", 2019, arXiv:1906.02337); the drawing is the project's own, and shares
// nothing with what networks are trained on (disturb.cpp). Thread-safe.
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <string_view>

#include "mnist/digit/digit.h"
#include "mnist/image/image.h"

namespace mnist {

enum class Stress {
  kShotNoise,     // few photons: Poisson noise
  kImpulseNoise,  // 17 % of the pixels black or white
  kGlassBlur,     // behind frosted glass
  kMotionBlur,
  kShear,
  kScale,  // to 0.7 of its size
  kRotate,
  kBrightness,  // paper half as bright as ink
  kTranslate,
  kStripe,  // a band at each side inverted
  kFog,
  kSpatter,
  kDottedLine,
  kZigzag,
  kCannyEdges,  // only outlines
};
inline constexpr int kStresses = 15;

// "shot-noise", "impulse-noise" … Throws Error{kUsage} for an unknown kind.
std::string_view to_string(Stress kind);

// `ink`, 28x28 bytes, 255 is ink, under one disturbance: a grey image of the same size, ink light.
// Throws Error{kUsage} for an unknown kind.
Image stressed(Stress kind, std::span<const std::uint8_t, kDigitPixels> ink,
               std::mt19937_64& engine);

}  // namespace mnist
