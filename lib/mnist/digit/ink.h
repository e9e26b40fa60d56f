// Picture -> ink: where the pen has been, whatever paper, light and pen were. Internal to
// lib/mnist/digit; shared by normalize and segment. Thread-safe.
#pragma once

#include <opencv2/core.hpp>

#include "mnist/digit/grey.h"
#include "mnist/digit/normalize.h"

namespace mnist::ink {

// How dark ink and paper are: 0 as the paper's light, 255 black.
struct Tones {
  double paper = 0;
  double noise = 0;  // standard deviation of the paper
  double ink = 0;
  double low = 255;   // darker may be ink, where it hangs together with
  double high = 255;  // what is darker than this
};

struct InkMap {
  cv::Mat1b darkness;  // of every pixel, against the paper around it
  Tones tones;
  Polarity polarity = Polarity::kDarkOnLight;  // as found
  double scale = 1;                            // pixels of `darkness` per pixel of the picture
  cv::Point origin;                            // of `darkness`, in pixels of the picture

  double contrast() const { return (tones.ink - tones.paper) / 255; }
  bool is_blank() const;
};

// How to look; other ways serve where the first one finds no digit.
struct Look {
  Polarity polarity = Polarity::kAuto;
  // The paper is followed closely, through the edges of shadows; thick strokes become hollow.
  bool close = false;
  // Two inks are told apart, and the paler one left out: rules, bleed-through, a dark patch.
  bool darker_ink = false;
};
InkMap extract_ink(const Grey& grey, const Look& how);

// 0 paper, 1 ink, grey between: `darkness` between the map's tones.
cv::Mat1f strength_of(const cv::Mat1b& darkness, const Tones& tones);

// `box` of the working picture in pixels of the picture itself.
Box in_picture(const cv::Rect& box, const InkMap& map);

}  // namespace mnist::ink
