#include "mnist/labels/labelled_files.h"

#include <fstream>

#include "mnist/base/error.h"

#include "support/catch.h"
#include "support/environment.h"

namespace mnist {
namespace {

namespace fs = std::filesystem;

void put(const fs::path& path, const std::string& content = "") {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << content;
}

std::string told_of(const fs::path& path) {
  try {
    labelled_files(path);
  } catch (const Error& error) {
    return error.message();
  }
  return "";
}

}  // namespace

TEST_CASE("a folder's labels are its subfolders or stand in the names", "[labels]") {
  const testing::TemporaryDirectory folder;
  put(folder / "3/b.png");
  put(folder / "a/anna__01__label7.png");
  put(folder / "a/label12.png");
  put(folder / ".hidden/4/c.png");
  put(folder / "3/.d.png");
  put(folder / "readme.txt");
  const LabelledFiles found = labelled_files(folder / ".");
  REQUIRE(found.files.size() == 2);
  CHECK(found.files[0].label == 3);
  CHECK(found.files[0].name == "3/b.png");
  CHECK(found.files[0].source.empty());
  CHECK(found.files[1].label == 7);
  CHECK(found.files[1].source == "anna");
  CHECK(found.unlabelled == 2);
}

TEST_CASE("a list gives paths beside itself and labels", "[labels]") {
  const testing::TemporaryDirectory folder;
  put(folder / "plain.CSV",
      "\xef\xbb\xbf"
      "a.png, 3\n\"b,c.png\",0\r\n");
  put(folder / "named.csv", "label,who,path\n4,x,d.png\n");
  put(folder / "list.jsonl",
      "{\"path\": \"e.png\", \"label\": 5}\n\n{\"label\":\"6\",\"path\":\"/f\"}");
  const auto plain = labelled_files(folder / "plain.CSV").files;
  REQUIRE(plain.size() == 2);
  CHECK(plain[0].path == folder / "a.png");
  CHECK(plain[1].name == "b,c.png");
  CHECK(plain[1].label == 0);
  const auto named = labelled_files(folder / "named.csv").files;
  REQUIRE(named.size() == 1);
  CHECK(named[0].path == folder / "d.png");
  CHECK(named[0].label == 4);
  const auto jsonl = labelled_files(folder / "list.jsonl").files;
  REQUIRE(jsonl.size() == 2);
  CHECK(jsonl[0].label == 5);
  CHECK(jsonl[1].path == "/f");
}

TEST_CASE("a label may say that it is not a digit, and where it stands", "[labels]") {
  const testing::TemporaryDirectory folder;
  put(folder / "none/a.png");
  CHECK(labelled_files(folder.path()).files.at(0).label == kOutlierLabel);
  put(folder / "list.jsonl", R"({"path":"a.png","label":"none","box":[1,2,30,40]})");
  const LabelledFile file = labelled_files(folder / "list.jsonl").files.at(0);
  CHECK(file.label == kOutlierLabel);
  CHECK(file.box == Box{1, 2, 30, 40});
  CHECK(to_word(file.label) == "none");
  CHECK(to_word(7) == "7");
}

TEST_CASE("what is wrong with a list is said with its line", "[labels]") {
  const testing::TemporaryDirectory folder;
  put(folder / "a.csv", "x.png,3\ny.png,12\n");
  CHECK(told_of(folder / "a.csv") == "line 2: the label must be 0 to 9 or none, not '12'");
  put(folder / "b.csv", "x.png\n");
  CHECK(told_of(folder / "b.csv") == "line 1: must hold a path and a label");
  put(folder / "c.jsonl", "{\"path\": 3, \"label\": 1}\n");
  CHECK(told_of(folder / "c.jsonl") == "line 1: must be a JSON object with 'path' and 'label'");
  put(folder / "d.csv");
  CHECK(told_of(folder / "d.csv") == "lists no picture");
  put(folder / "e.txt", "x.png,3\n");
  CHECK(told_of(folder / "e.txt") ==
        "is neither a folder of pictures nor a list of them, *.csv or *.jsonl");
  CHECK(told_of(folder / "absent") == "no such folder or list");
  put(folder / "f.jsonl",
      "{\"path\":\"a\",\"label\":" + std::string(30000, '[') + std::string(30000, ']') + "}");
  CHECK(told_of(folder / "f.jsonl") == "line 1: must be a JSON object with 'path' and 'label'");
  for (const char* box : {"3", "[1,2,3]", "[1,2,3,-4]", "[1,2,3,4.5]", "[1,2,3,1e300]"}) {
    put(folder / "box.jsonl", std::string("{\"path\":\"a\",\"label\":1,\"box\":") + box + "}");
    CHECK(told_of(folder / "box.jsonl") == "line 1: 'box' must be [x, y, width, height] in pixels");
  }
  put(folder / "g.jsonl", std::string(70000, '['));
  CHECK(told_of(folder / "g.jsonl") == "line 1: is longer than 64 KiB");
  fs::create_directories(folder / "empty");
  CHECK(told_of(folder / "empty").starts_with("contains no labelled pictures"));
}

}  // namespace mnist
