// THE function of the library: Image -> Page, what is written in a picture. mnist-predict,
// mnist-eval --images and mnist-serve read through it.
#pragma once

#include <span>

#include "mnist/digit/page.h"
#include "mnist/image/image.h"
#include "mnist/read/finder.h"
#include "mnist/read/predictor.h"

namespace mnist {

// Gives every find of these pages its prediction, all in one batch. As thread-safe as `predictor`.
void classify(std::span<Page> pages, Predictor& predictor);

// Everything in `image`, read. only_digit() (digit/page.h) has the answer for a picture of a single
// digit. As thread-safe as `predictor`.
Page read(const Image& image, const Finder& finder, Predictor& predictor);

}  // namespace mnist
