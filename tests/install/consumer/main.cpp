#include <iostream>

#include "mnist/bytes/file.h"
#include "mnist/image/decode.h"
#include "mnist/read/predictor.h"

int main(int, char** argv) {
  mnist::Predictor predictor(mnist::load_model(SHIPPED_MODEL));
  const mnist::Image picture = mnist::decode_image(mnist::read_file(argv[1], 64 << 20));
  const std::vector digits = {mnist::normalize(picture)};
  const mnist::Prediction answer = predictor.predict(digits).front();
  if (answer.rejection)
    std::cout << mnist::to_string(*answer.rejection) << '\n';
  else
    std::cout << *answer.digit << ' ' << answer.confidence << '\n';
}
