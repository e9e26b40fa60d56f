// How a picture was read, step by step, for people: what mnist-predict --explain writes.
// Thread-safe.
#pragma once

#include "mnist/digit/page.h"
#include "mnist/image/image.h"
#include "mnist/report/chart/shapes.h"

namespace mnist::chart {

// The picture with its finds numbered in reading order; beside it, for each find: its place in the
// picture, the 28x28 that the classifier saw, the ten probabilities over what the page network took
// it for, and the final answer. At most 100 finds have such a line. `page` must have its
// predictions; its boxes are in pixels of the file (Image::scale_x).
Chart draw_reading(const Image& picture, const Page& page);

}  // namespace mnist::chart
