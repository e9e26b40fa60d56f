// What differs from scene to scene. Internal to lib/mnist/draw.
#pragma once

#include <optional>

#include <opencv2/core.hpp>

#include "mnist/draw/handwriting.h"
#include "mnist/draw/scenes.h"

namespace mnist::scene {

using Colour = cv::Vec3f;  // RGB, 0 to 255

Colour grey(double level);

enum class Form { kBox, kCircle, kUnderline };

// The defaults are a sheet under a lamp.
struct Setting {
  cv::Size size{};
  Point at{};       // of the digit's square
  double unit = 0;  // its side, in pixels
  double pen = 0;   // width, in units; 0: the drawing's own
  Colour paper{};
  Colour ink{};
  double opacity = 1.0;
  double uneven_ink = 0.0;  // share of the opacity that comes and goes
  double rule_gap = 0.0;    // pixels; 0 is no rules
  bool squared = false;
  double rule_width = 1.0;
  Colour rule{};
  double cell = 0.0;  // width of the cell's border
  std::optional<Form> form{};
  double fall = 0.0;    // light lost over the picture
  double shadow = 0.0;  // light lost in it
  double stains = 0.0;  // slow changes of the paper, in levels
  double blur = 0.4;
  double noise = 1.5;
  double coarse = 0.0;  // quantisation of 8x8 blocks; 0 is none
};

// A sheet that is a little different each time.
Setting plain_setting(pen::Dice& dice);

// Throws Error{kUsage} for another scene.
Setting setting_of(Scene scene, pen::Dice& dice);

}  // namespace mnist::scene
