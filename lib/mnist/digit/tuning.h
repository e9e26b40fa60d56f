// The numbers on the way from a picture to its digits that were chosen by looking at results, and
// which results those were, if that is on record. Numbers that follow from the form of a network or
// of MNIST, and bounds on time and memory, are kept where they are used. Internal to
// lib/mnist/digit and lib/mnist/read.
//
// Adding one is the last resort: a misread picture shows what training has never seen
// (CONTRIBUTING.md, "A picture is misread").
#pragma once

#include <cstddef>

namespace mnist {

struct Tuning {
  // To MNIST's form: the widths are those of MNIST's training images, the others are not on record.
  double thinnest_stroke = 2.4;  // pixels of 28x28: half of MNIST's images lie between these
  double thickest_stroke = 3.6;
  float faint_edge = 0.25F;     // ink fainter than this does not widen the box
  double outline_share = 0.75;  // share of the inked pixels on the outline, which are grey anyway

  // Scales of a picture: not on record.
  double most_enlarged = 2.0;
  double scale_step = 1.5;      // from one scale to the next
  double least_side = 12;       // pixels: a picture lower or narrower than that shows nothing
  double enough_pixels = 64e3;  // up to here every scale is searched
  double small_side = 20;       // pixels: finds as small as that are worth a closer look
  std::size_t trace = 2;        // cells that see something: fewer are noise
  int thumbnail_side = 64;      // pixels: enough to see colours
  int visible = 16;             // grey levels

  // From marks to finds: not on record.
  double faintest_score = 0.1;  // below it there is nothing to guess at or learn from
  double same_place = 0.45;  // shared part of the smaller box above which two marks are one thing
  double reach = 0.75;       // of a mark's longer side: its ink is no further from its centre
  double context = 0.30;     // of the box, around it: sizes are not exact
  double other_scale = 0.5;  // weight of what another scale says
  float inked = 0.4F;        // strength of ink that counts for a find's box
  double nearly_all = 0.7;   // share of a find's ink from one thing: then it teaches the classifier

  // Which digit: likely_find on multi-dev, first_look not on record.
  double first_look = 0.5;  // exponent of the page network's opinion, the classifier's having 1
  // At this acceptance a find is about as likely a digit as not, since the page network keeps its
  // probabilities low (focal loss). The model's own threshold is for pictures in MNIST's form,
  // which skip the page network.
  double likely_find = 0.45;

  // Rows: not on record.
  double off_line = 0.55;     // of the height: further above or below is another row
  double follow = 0.3;        // weight of the last find in a row's line and height
  double steepest_row = 0.5;  // slope
};

inline constexpr Tuning kTuning;

}  // namespace mnist
