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

// One digit for each picture: the find in the label's box; without a box its only find, or of
// several the only one that the page network takes for the label; a find within a surer one is a
// piece of that. Pictures that cannot be read, in which nothing is found but a faint place that
// does not look like the label, or in which several finds may be meant, are left out. Of a picture
// labelled as no digit, what was found in its box, or else all that was found, are `others`. After
// each picture `on_picture` is told how many are done. Memory for the digits and a picture for each
// of Torch's threads.
// Thread-safe.
PictureDigits digits_in_pictures(std::span<const LabelledFile> files, const Finder& finder,
                                 const std::function<void(std::size_t done)>& on_picture = {});

}  // namespace mnist
