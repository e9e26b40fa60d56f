// What is odd about labelled digits, reported before an hour is spent learning from them.
// Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "mnist/data/digit_set.h"
#include "mnist/data/image_form.h"

namespace mnist {

// One line each, fit to follow the set's name; none for MNIST. Only about digits (labels 0 to 9):
// a class without images or with very few, dark ink on white instead of white on black, bytes that
// are 0 and 1 instead of 0 and 255, images that are empty, many that are equal, and images that lie
// on their side or are mirrored, as EMNIST's files hold them.
// `form` is the conversion already applied: no advice contradicts it.
std::vector<std::string> oddities_of(const DigitSet& digits, const ImageForm& form = {});

// How many images of `a` are also in `b`, pixel for pixel.
std::int64_t shared_images(const DigitSet& a, const DigitSet& b);

}  // namespace mnist
