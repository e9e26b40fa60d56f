// How much ink is on a picture: an example that builds without LibTorch.
#include <cstdint>
#include <iostream>
#include <numeric>

#include "mnist/base/version.h"
#include "mnist/bytes/file.h"
#include "mnist/image/decode.h"

int main(int, char** argv) {
  const mnist::Image picture = mnist::decode_image(mnist::read_file(argv[1], 64 << 20));
  std::cout << mnist::kVersion << ' '
            << std::accumulate(picture.pixels.begin(), picture.pixels.end(), std::int64_t{0})
            << '\n';
}
