#include "mnist/labels/label_list.h"

#include <fstream>
#include <sstream>

#include "mnist/base/error.h"
#include "mnist/labels/labelled_files.h"

#include "support/catch.h"
#include "support/environment.h"

namespace mnist {
namespace {

std::string text_of(const LabelList& list) {
  std::ostringstream text;
  text << std::ifstream(list.file()).rdbuf();
  return text.str();
}

std::string told_of(const std::filesystem::path& folder) {
  try {
    const LabelList list(folder);
  } catch (const Error& error) {
    return error.message();
  }
  return "";
}

}  // namespace

TEST_CASE("labels are in the list at once, and there again for the next program", "[labels]") {
  const testing::TemporaryDirectory folder;
  {
    LabelList list(folder.path());
    CHECK(list.pictures() == 0);
    list.set("a.png", {{.label = 3}});
    list.set("b.png", {{7, Box{1, 2, 3, 4}}, {kOutlierLabel, Box{5, 6, 7, 8}}});
    CHECK(text_of(list) ==
          "{\"path\":\"a.png\",\"label\":\"3\"}\n"
          "{\"path\":\"b.png\",\"label\":\"7\",\"box\":[1,2,3,4]}\n"
          "{\"path\":\"b.png\",\"label\":\"none\",\"box\":[5,6,7,8]}\n");
  }
  const LabelList again(folder.path());
  CHECK(again.pictures() == 2);
  CHECK(again.labels("a.png") == std::vector<PlaceLabel>{{.label = 3}});
  CHECK(again.labels("b.png").back() == PlaceLabel{kOutlierLabel, Box{5, 6, 7, 8}});
  CHECK(again.labels("c.png").empty());
}

TEST_CASE("training takes what a label list wrote", "[labels]") {
  const testing::TemporaryDirectory folder;
  LabelList list(folder.path());
  list.set("a.png", {{kOutlierLabel, Box{1, 2, 3, 4}}});
  const auto files = labelled_files(list.file()).files;
  REQUIRE(files.size() == 1);
  CHECK(files[0].path == folder / "a.png");
  CHECK(files[0].label == kOutlierLabel);
  CHECK(files[0].box == Box{1, 2, 3, 4});
}

TEST_CASE("a label is replaced and taken back, and others' lines stay as they are", "[labels]") {
  const testing::TemporaryDirectory folder;
  std::ofstream(folder / "labels.jsonl") << "{ \"label\": 5, \"path\": \"x.png\", \"by\": \"me\" }";
  LabelList list(folder.path());
  list.set("a.png", {{.label = 3}});
  list.set("a.png", {{.label = 4}});
  CHECK(list.labels("a.png") == std::vector<PlaceLabel>{{.label = 4}});
  list.set("a.png", {});
  CHECK(text_of(list) == "{ \"label\": 5, \"path\": \"x.png\", \"by\": \"me\" }\n");
  CHECK(list.pictures() == 1);
}

TEST_CASE("one program at a time labels a folder's pictures", "[labels]") {
  const testing::TemporaryDirectory folder;
  {
    const LabelList list(folder.path());
    CHECK(told_of(folder.path()) == "another program is labelling its pictures");
  }
  CHECK(told_of(folder.path()).empty());
}

TEST_CASE("a list that is damaged is not written over", "[labels]") {
  const testing::TemporaryDirectory folder;
  std::ofstream(folder / "labels.jsonl") << "{\"path\":\"a\",\"label\":3}\n{\"path\":\"b\"}\n";
  CHECK(told_of(folder.path()) == "line 2: must be a JSON object with 'path' and 'label'");
}

TEST_CASE("a label that cannot be written changes nothing", "[labels]") {
  const testing::TemporaryDirectory folder;
  LabelList list(folder.path());
  list.set("a.png", {{.label = 3}});
  CHECK_THROWS_AS(list.set("\xff.png", {{.label = 4}}), Error);
  CHECK(list.pictures() == 1);
  std::filesystem::remove(list.file());
  std::filesystem::create_directories(list.file() / "in the way");
  CHECK_THROWS_AS(list.set("a.png", {{.label = 4}}), Error);
  CHECK(list.labels("a.png") == std::vector<PlaceLabel>{{.label = 3}});
}

}  // namespace mnist
