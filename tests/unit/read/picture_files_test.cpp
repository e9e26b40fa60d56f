#include "mnist/read/picture_files.h"

#include <random>
#include <string>
#include <vector>

#include <ATen/Parallel.h>

#include "mnist/bytes/file.h"
#include "mnist/draw/hands.h"
#include "mnist/draw/scenes.h"
#include "mnist/image/encode.h"

#include "support/environment.h"
#include "support/torch_catch.h"

namespace mnist {

TEST_CASE("pictures come in the order of their files, on any number of threads", "[read]") {
  const testing::TemporaryDirectory folder;
  const Finder finder = load_finder(MNIST_SOURCE_DIR "/models/page.safetensors");
  std::vector<std::filesystem::path> files;
  std::mt19937_64 engine(5);
  for (int i = 0; i < 20; ++i) {
    const Drawing drawing = draw_digit(i % 10, draw_writer(engine), engine);
    files.push_back(folder / (std::to_string(i) + ".png"));
    write_file_atomically(files.back(), encode_png(photographed(drawing, Scene::kRuled, engine)));
  }
  files.insert(files.begin() + 3, files[2]);  // a picture with two labels
  files.insert(files.begin() + 7, folder / "absent.png");
  write_file_atomically(folder / "broken.png", std::string_view("x"));
  files.push_back(folder / "broken.png");

  const int threads = at::get_num_threads();
  for (const int count : {1, 3}) {
    CAPTURE(count);
    at::set_num_threads(count);
    std::size_t next = 0;
    find_in_files(files, finder, [&](std::size_t index, const FoundPicture& found) {
      CAPTURE(index);
      CHECK(index == next++);
      if (index == 7 || index + 1 == files.size()) {
        CHECK_FALSE(found.page.has_value());
        CHECK(found.failure.unreadable);
        CHECK_FALSE(found.failure.reason.empty());
        CHECK((found.failure.may_pass == (index == 7)));
        return;
      }
      REQUIRE(found.page.has_value());
      const Page alone = find_in_file(files[index], finder);
      REQUIRE(found.page->finds.size() == alone.finds.size());
      for (std::size_t i = 0; i < alone.finds.size(); ++i) {
        CHECK((found.page->finds[i].digit.ink == alone.finds[i].digit.ink));
      }
    });
    CHECK(next == files.size());
  }
  at::set_num_threads(threads);
}

TEST_CASE("what the caller throws ends the reading", "[read]") {
  const Finder finder = load_finder(MNIST_SOURCE_DIR "/models/page.safetensors");
  const std::vector<std::filesystem::path> files(3, "/absent.png");
  int told = 0;
  CHECK_THROWS_AS(find_in_files(files, finder,
                                [&](std::size_t, const FoundPicture&) {
                                  ++told;
                                  throw std::runtime_error("enough");
                                }),
                  std::runtime_error);
  CHECK(told == 1);
}

}  // namespace mnist
