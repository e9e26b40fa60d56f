#include "mnist/read/picture_digits.h"

#include <random>

#include "mnist/bytes/file.h"
#include "mnist/draw/hands.h"
#include "mnist/draw/scenes.h"
#include "mnist/image/encode.h"

#include "support/environment.h"
#include "support/torch_catch.h"

namespace mnist {

TEST_CASE("labelled pictures become digits, and what cannot is listed", "[read]") {
  const testing::TemporaryDirectory folder;
  const Finder finder = load_finder(MNIST_SOURCE_DIR "/models/page.safetensors");
  std::vector<LabelledFile> files;
  const auto add = [&](const std::string& name, const Bytes& bytes, int label) {
    write_file_atomically(folder / name, bytes);
    files.push_back({folder / name, label, name, ""});
  };
  std::mt19937_64 engine(5);
  for (const int label : {7, 4}) {
    const Drawing drawing = draw_digit(label, draw_writer(engine), engine);
    add(std::to_string(label) + ".png", encode_png(photographed(drawing, Scene::kRuled, engine)),
        label);
  }
  // Two digits: the label says which is meant, unless both or none are.
  const auto pair = [&](int left, int right) {
    const std::vector<std::vector<Drawing>> row = {
        {draw_digit(left, draw_writer(engine), engine),
         draw_digit(right, draw_writer(engine), engine)}};
    return encode_png(photographed_page(row, false, engine).picture);
  };
  add("pair.png", pair(3, 8), 8);
  add("twins.png", pair(3, 3), 3);
  Image blank{.width = 60, .height = 60, .format = PixelFormat::kGrey, .pixels = {}};
  blank.pixels.assign(3600, 255);
  add("blank.png", encode_png(blank), 3);
  add("broken.png", {1, 2, 3}, 3);
  std::vector<std::size_t> told;
  const PictureDigits found =
      digits_in_pictures(files, finder, [&](std::size_t done) { told.push_back(done); });
  REQUIRE(found.digits.size() == 3);
  CHECK(found.digits.labels[0].item<int>() == 7);
  CHECK(found.digits.labels[1].item<int>() == 4);
  CHECK(found.digits.labels[2].item<int>() == 8);
  CHECK(found.digits.images.amax({1, 2, 3}).min().item<int>() > 127);
  CHECK(found.digits.images_sha256.size() == 64);
  CHECK(found.names == std::vector<std::string>{(folder / "7.png").string(),
                                                (folder / "4.png").string(),
                                                (folder / "pair.png").string()});
  CHECK(told == std::vector<std::size_t>{1, 2, 3, 4, 5, 6});
  REQUIRE(found.left_out.size() == 3);
  CHECK(found.left_out[0].failure.reason == "it is not clear which of 2 finds is the digit");
  CHECK(found.left_out[1].failure.reason == "no digit was found");
  CHECK(found.left_out[2].path == (folder / "broken.png").string());
}

TEST_CASE("a box says which find is labelled, and what is not a digit is told apart", "[read]") {
  const testing::TemporaryDirectory folder;
  const Finder finder = load_finder(MNIST_SOURCE_DIR "/models/page.safetensors");
  std::mt19937_64 engine(5);
  const Writer writer = draw_writer(engine);
  const std::vector<std::vector<Drawing>> row = {
      {draw_digit(3, writer, engine), draw_digit(3, writer, engine)}};
  const PhotographedPage scene = photographed_page(row, false, engine);
  write_file_atomically(folder / "twins.png", encode_png(scene.picture));
  const Page page = find_in_file(folder / "twins.png", finder);
  REQUIRE(page.finds.size() == 2);
  const auto labelled = [&](int label, std::optional<Box> box) {
    return LabelledFile{folder / "twins.png", label, "twins.png", "", box};
  };
  const std::vector<LabelledFile> files = {
      labelled(5, page.finds[1].box), labelled(kOutlierLabel, page.finds[0].box),
      labelled(kOutlierLabel, std::nullopt), labelled(3, Box{0, 0, 1, 1})};
  const PictureDigits found = digits_in_pictures(files, finder);
  REQUIRE(found.digits.size() == 1);
  CHECK(found.digits.labels[0].item<int>() == 5);
  REQUIRE(found.others.size() == 3);
  CHECK(found.others.images[0].equal(found.others.images[1]));
  CHECK(found.others.images[2].equal(found.digits.images[0]));
  CHECK(found.others.labels.eq(kOutlierLabel).all().item<bool>());
  REQUIRE(found.left_out.size() == 1);
  CHECK(found.left_out[0].failure.reason == "no digit was found in its box");
}

}  // namespace mnist
