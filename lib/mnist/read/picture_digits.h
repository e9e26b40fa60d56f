// Labelled pictures -> digits to train on: the finds that a reader shows to the classifier, as the
// finest scale shows them.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "mnist/data/digit_set.h"
#include "mnist/labels/labelled_files.h"
#include "mnist/read/finder.h"
#include "mnist/read/picture_files.h"

namespace mnist {

struct LeftOutPicture {
  std::string path;
  PictureFailure failure;
};

struct PictureDigits {
  DigitSet digits;                 // the digests are those of the bytes of its images and labels
  std::vector<std::string> names;  // LabelledFile::path of each of them
  DigitSet others;                 // finds in pictures labelled as no digit: kOutlierLabel
  std::vector<LeftOutPicture> left_out;
};

// One digit for each picture: the find in the label's box; without a box, its only find or, of
// several, the only one that the page network takes for the label. A find within a surer one counts
// as a piece of it. Left out are pictures that cannot be read, in which nothing is found but a
// faint place unlike the label, or in which several finds may be meant. For a picture labelled as
// no digit, `others` gets what was found in its box or, without a box, everything found. After each
// picture, `on_picture` is told how many are done. Memory for the digits and one picture per Torch
// thread. Thread-safe.
PictureDigits digits_in_pictures(std::span<const LabelledFile> files, const Finder& finder,
                                 const std::function<void(std::size_t done)>& on_picture = {});

}  // namespace mnist
