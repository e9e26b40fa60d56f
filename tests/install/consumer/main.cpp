#include <iostream>

#include "mnist/bytes/file.h"
#include "mnist/image/decode.h"
#include "mnist/read/reader.h"

int main(int, char** argv) {
  const mnist::Finder finder = mnist::load_finder(PAGE_MODEL);
  mnist::Predictor predictor(mnist::load_model(DIGIT_MODEL));
  const mnist::Image picture = mnist::decode_image(mnist::read_file(argv[1], 64 << 20));
  const mnist::Prediction answer = mnist::only_digit(mnist::read(picture, finder, predictor));
  if (answer.rejection)
    std::cout << mnist::to_string(*answer.rejection) << '\n';
  else
    std::cout << *answer.digit << ' ' << answer.confidence << '\n';
}
