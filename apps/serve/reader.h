// A posted picture -> the answer: what mnist-predict --jsonl says about the same file.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "mnist/digit/page.h"
#include "mnist/image/image.h"

#include "serve/batcher.h"
#include "serve/places.h"

namespace mnist::app::serve {

class Reader {
 public:
  // Where digits are in a picture; without predictions. Called on many threads.
  using FindDigits = std::function<Page(const Image&)>;

  // At most `pictures_at_once` (1 or more) are decoded at the same time, since each may take
  // hundreds of megabytes; the others wait.
  Reader(FindDigits find, Batcher::Predict predict, int pictures_at_once);

  // What is in `picture`, a file of any format that is read, with predictions. Throws Error if it
  // cannot be decoded, TooLate if decoding cannot begin by `until`. Thread-safe.
  Page page(std::span<const std::uint8_t> picture, Clock::time_point until);

  // The same in words. The answer is the object of mnist-predict
  // --jsonl for it, path "-"; for a picture of several digits the object of --all. `with_input`
  // adds to each prediction `input`: the 28x28 that the network saw, the PNG of --dump-input in
  // base64.
  std::string read(std::span<const std::uint8_t> picture, bool with_input, Clock::time_point until);

 private:
  FindDigits find_;
  Batcher batcher_;
  Places places_;
};

}  // namespace mnist::app::serve
