// More than 8 bits a sample.
#include <algorithm>
#include <random>

#include "mnist/image/decode.h"

#include "support/catch.h"
#include "unit/image/files.h"

namespace mnist {
namespace {

using testing::Bytes;
using Samples = std::vector<std::uint16_t>;

constexpr int kSide = 40;

// Paper with a square of ink in its middle.
Samples square(int paper, int ink, int noise = 0) {
  std::mt19937 random(7);
  Samples samples;
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const bool inside = x >= 15 && x < 25 && y >= 15 && y < 25;
      const int wave = noise == 0 ? 0 : static_cast<int>(random() % static_cast<unsigned>(noise));
      samples.push_back(static_cast<std::uint16_t>((inside ? ink : paper) + wave));
    }
  }
  return samples;
}

Bytes png_16(const Samples& samples) {
  return testing::make_png({.width = kSide, .height = kSide, .bit_depth = 16, .samples = samples});
}

Bytes pnm_16(const Samples& samples) {
  Bytes bytes = testing::bytes_of("P5 40 40 65535\n");
  for (const std::uint16_t sample : samples) {
    bytes.push_back(static_cast<std::uint8_t>(sample >> 8));
    bytes.push_back(static_cast<std::uint8_t>(sample));
  }
  return bytes;
}

Bytes tiff_16(const Samples& samples) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(samples.data());
  return testing::make_tiff({{.width = kSide,
                              .height = kSide,
                              .bits = 16,
                              .compression = 5,
                              .data = {bytes, bytes + samples.size() * 2}}});
}

std::vector<Image> decoded(const Samples& samples) {
  std::vector<Image> images = {decode_image(png_16(samples)), decode_image(pnm_16(samples))};
  if (const Bytes tiff = tiff_16(samples); !tiff.empty()) images.push_back(decode_image(tiff));
  return images;
}

struct Extent {
  int least;
  int most;
};

Extent extent_of(const Image& image) {
  const auto [least, most] = std::ranges::minmax(image.pixels);
  return {least, most};
}

TEST_CASE("Ink in the lowest bits of 16 is as dark as in all of them", "[image]") {
  for (const int bits : {8, 9, 10, 11, 12, 14}) {
    CAPTURE(bits);
    const int most = (1 << bits) - 1;
    for (const Image& image : decoded(square(most, most / 4))) {
      CHECK(extent_of(image).most == 255);
      CHECK(extent_of(image).least <= 64);
    }
    // Light on dark.
    for (const Image& image : decoded(square(0, most))) {
      CHECK(extent_of(image).most == 255);
      CHECK(extent_of(image).least == 0);
    }
  }
}

TEST_CASE("Light ink within a narrow range of 16 bits is not lost", "[image]") {
  for (const auto& [paper, ink] : {std::pair{65535, 64800}, {40000, 39300}, {30000, 29000}}) {
    CAPTURE(paper, ink);
    for (const Image& image : decoded(square(paper, ink))) {
      CHECK(extent_of(image).most == 255);
      CHECK(extent_of(image).least == 0);
    }
  }
  for (const Image& image : decoded(square(64000, 62000, 100))) CHECK(extent_of(image).least < 20);
}

TEST_CASE("Noise of an empty page of 16 bits is not made black and white", "[image]") {
  for (const int noise : {200, 600, 1500}) {
    CAPTURE(noise);
    for (const Image& image : decoded(square(64000, 64000, noise))) {
      CHECK(extent_of(image).least >= 245);
    }
  }
  for (const Image& image : decoded(square(65535, 65535))) CHECK(extent_of(image).least == 255);
  for (const Image& image : decoded(square(0, 0))) CHECK(extent_of(image).most == 0);
}

TEST_CASE("A picture that uses its 16 bits keeps its levels", "[image]") {
  for (const Image& image : decoded(square(60000, 20000))) {
    CHECK(extent_of(image).most == 233);
    CHECK(extent_of(image).least == 78);
  }
}

TEST_CASE("Alpha of 16 bits and what it hides have no part in the levels", "[image]") {
  Samples samples;
  for (int i = 0; i < 16; ++i) {
    const auto grey = static_cast<std::uint16_t>(i < 8 ? 1023 : 200);
    samples.insert(samples.end(), {grey, grey, grey, 65535});
  }
  samples[12] = samples[13] = samples[14] = 65535;
  samples[15] = 0;
  const Image image = decode_image(testing::make_png({.width = 4,
                                                      .height = 4,
                                                      .colour = testing::PngColour::kRgba,
                                                      .bit_depth = 16,
                                                      .samples = samples}));
  CHECK(image.pixels[0] == 255);
  CHECK(image.pixels[3] == 255);
  CHECK(image.pixels[4 * 15] == 50);  // 200 / 1023
  CHECK(image.pixels[15] == 0);
}

}  // namespace
}  // namespace mnist
