#include "mnist/train/picture_cache.h"

#include <vector>

#include "mnist/bytes/file.h"

#include "support/environment.h"
#include "support/torch_catch.h"

namespace mnist {
namespace {

const std::filesystem::path kPageModel = MNIST_SOURCE_DIR "/models/page.safetensors";

PictureDigits some_pictures() {
  PictureDigits pictures{.digits = generate_digit_set(20, 3),
                         .names = std::vector<std::string>(20, "a \"b\".png"),
                         .others = generate_digit_set(10, 4),
                         .left_out = {{"c.png", {.reason = "no digit was found"}}}};
  pictures.others.labels.fill_(kOutlierLabel);
  return pictures;
}

}  // namespace

TEST_CASE("prepared pictures come back as they were kept", "[train]") {
  const testing::TemporaryDirectory folder;
  CHECK_FALSE(kept_pictures(folder.path(), "key"));
  const PictureDigits pictures = some_pictures();
  keep_pictures(folder / "new", "key", pictures);
  const auto kept = kept_pictures(folder / "new", "key");
  REQUIRE(kept);
  CHECK(kept->digits.images.equal(pictures.digits.images));
  CHECK(kept->digits.labels.equal(pictures.digits.labels));
  CHECK(kept->digits.images_sha256.size() == 64);
  CHECK(kept->others.images.equal(pictures.others.images));
  CHECK(kept->names == pictures.names);
  REQUIRE(kept->left_out.size() == 1);
  CHECK(kept->left_out[0].failure.reason == "no digit was found");
  CHECK_FALSE(kept_pictures(folder / "new", "another"));
}

TEST_CASE("prepared pictures that are damaged are read again", "[train]") {
  const testing::TemporaryDirectory folder;
  PictureDigits pictures = some_pictures();
  pictures.digits.labels[3] = 10;
  keep_pictures(folder.path(), "label", pictures);
  CHECK_FALSE(kept_pictures(folder.path(), "label"));
  pictures = some_pictures();
  pictures.names.pop_back();
  keep_pictures(folder.path(), "names", pictures);
  CHECK_FALSE(kept_pictures(folder.path(), "names"));
  keep_pictures(folder.path(), "cut", some_pictures());
  Bytes bytes = read_file(folder / "cut.safetensors", 1 << 20);
  bytes.resize(bytes.size() - 1);
  write_file_atomically(folder / "cut.safetensors", bytes);
  CHECK_FALSE(kept_pictures(folder.path(), "cut"));
}

TEST_CASE("a path that is not UTF-8 is not kept, and does no harm", "[train]") {
  const testing::TemporaryDirectory folder;
  PictureDigits pictures = some_pictures();
  pictures.names[0] = "\xff.png";
  keep_pictures(folder / "none", "key", pictures);
  CHECK_FALSE(std::filesystem::exists(folder / "none"));
}

TEST_CASE("prepared pictures are known by content, label and box", "[train]") {
  const testing::TemporaryDirectory folder;
  const auto write = [&](const char* name, const Bytes& bytes) {
    write_file_atomically(folder / name, bytes);
    return LabelledFile{.path = folder / name, .label = 3, .name = name, .source = ""};
  };
  const auto key = [](const LabelledFile& file) { return picture_key({&file, 1}, kPageModel); };
  LabelledFile file = write("a.png", {1, 2, 3});
  const std::string first = key(file);
  CHECK(first.size() == 64);
  CHECK(key(file) == first);
  file.label = 4;
  CHECK(key(file) != first);
  file.label = 3;
  file.box = Box{1, 2, 3, 4};
  CHECK(key(file) != first);
  CHECK(key(write("a.png", {1, 2, 4})) != first);
  CHECK(key(write("a.png", {1, 2, 3})) == first);
  CHECK(key(write("b.png", {1, 2, 3})) != first);
  std::filesystem::remove(file.path);
  CHECK(key(file) != first);
}

}  // namespace mnist
