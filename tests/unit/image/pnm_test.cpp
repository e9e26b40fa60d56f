#include "mnist/base/error.h"
#include "mnist/image/decode.h"

#include "support/catch.h"
#include "unit/image/pictures.h"

namespace mnist {
namespace {

using testing::bytes_of;

TEST_CASE("A PNM of every type decodes", "[image]") {
  const auto pixels_of = [](std::string_view file) { return decode_image(bytes_of(file)).pixels; };
  using Pixels = std::vector<std::uint8_t>;
  const Pixels bits = {0, 255, 0, 255, 0, 255};
  CHECK(pixels_of("P1\n3 2\n101\n010\n") == bits);
  CHECK(pixels_of("P1 3 2 1 0 1 # end of row\n 0 1 0") == bits);
  CHECK(pixels_of("P4\n3 2\n\xA0\x40") == bits);
  CHECK(pixels_of("P2\n3 2\n10\n0 5 10\n1 2 3\n") == Pixels{0, 128, 255, 26, 51, 77});
  CHECK(pixels_of("P5 2 1 255 a\n") == Pixels{'a', '\n'});
  CHECK(pixels_of("P5\n2 1\n65535\n\xFF\xFF\x80\x01") == Pixels{255, 128});
  CHECK(pixels_of("P3\n1 2\n255\n1 2 3 4 5 6") == Pixels{1, 2, 3, 255, 4, 5, 6, 255});
  CHECK(pixels_of("P6\n2 1\n255\nabcdef") == Pixels{'a', 'b', 'c', 255, 'd', 'e', 'f', 255});
  CHECK(pixels_of("P5\n# a\n#b\r1 # width\n 1\t255\nzrest") == Pixels{'z'});
  CHECK(decode_image(bytes_of("P4\n9 1\n\xFF\x7F")).pixels == Pixels{0, 0, 0, 0, 0, 0, 0, 0, 255});
}

TEST_CASE("A fault in a PNM has a message of its own", "[image]") {
  const auto message_of = [](std::string_view file) -> std::string {
    try {
      decode_image(bytes_of(file));
    } catch (const Error& error) {
      return error.message();
    }
    return "decoded";
  };
  CHECK(message_of("P5\n2 2\n255\nabc") == "truncated PNM");
  CHECK(message_of("P5\n2") == "truncated PNM");
  CHECK(message_of("P5\n0 2\n255\n") == "PNM without pixels");
  CHECK(message_of("P5\n-1 2\n255\n") == "damaged PNM: a number is missing");
  CHECK(message_of("P5\n99999999999 2\n255\n") == "damaged PNM: a number is too large");
  CHECK(message_of("P5\n1 1\n65536\nab") == "damaged PNM: maxval 65536 is not in 1 to 65535");
  CHECK(message_of("P5\n1 1\n0\nab") == "damaged PNM: maxval 0 is not in 1 to 65535");
  CHECK(message_of("P5\n1 1\n255x") == "damaged PNM: no white space after the header");
  CHECK(message_of("P2\n1 1\n9\n10 ") == "damaged PNM: a sample is larger than maxval");
  CHECK(message_of("P1\n1 1\n2 ") == "damaged PNM: a bitmap holds more than 0 and 1");
}

}  // namespace
}  // namespace mnist
