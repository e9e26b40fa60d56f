// mnist-data: converts labelled digits, shows them on a sheet, and checks them.
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/fixtures.h"
#include "support/catch.h"
#include "support/environment.h"
#include "support/process.h"

namespace mnist::testing {
namespace {

namespace fs = std::filesystem;

const std::string kImages = "-images-idx3-ubyte";
const std::string kLabels = "-labels-idx1-ubyte";

std::string test_images() { return (generated_data() / ("t10k" + kImages)).string(); }

// On one thread: other tests run at the same time.
Outcome data(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--threads", "1"});
  return run_program("mnist-data", arguments);
}

void check_refused(const Outcome& outcome, const std::string& text) {
  INFO(outcome.err);
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.out.empty());
  CHECK(lines_of(outcome.err).size() == 1);
  CHECK(outcome.err.find(text) != std::string::npos);
}

// How many images differ between two IDX files of 28x28 images.
int different_images(const std::string& a, const std::string& b) {
  constexpr std::size_t kHeader = 16;
  constexpr std::size_t kPixels = 784;
  if (a.size() != b.size()) return -1;
  int count = 0;
  for (std::size_t at = kHeader; at < a.size(); at += kPixels) {
    count += a.compare(at, kPixels, b, at, kPixels) != 0 ? 1 : 0;
  }
  return count;
}

// `text` with the byte at `at` replaced.
std::string with_byte(std::string text, std::size_t at, char byte) {
  text[at] = byte;
  return text;
}

}  // namespace

TEST_CASE("IDX files become pictures, and these the same IDX files again", "[data]") {
  const TemporaryDirectory folder;
  const std::string pictures = (folder / "pictures").string();
  const Outcome out = data({"pictures", test_images(), "--out", pictures});
  INFO(out.err);
  REQUIRE(out.exit_code == 0);
  const auto names = lines_of(out.out);
  REQUIRE(names.size() == 500);
  CHECK(fs::path(names.front()).filename().string().starts_with("000000_label"));

  const std::string back = (folder / "back").string();
  const Outcome in = data({"idx", pictures, "--out", back});
  INFO(in.err);
  REQUIRE(in.exit_code == 0);
  CHECK(lines_of(in.out) == std::vector<std::string>{back + kImages, back + kLabels});
  // Only digits in MNIST's form are left untouched; drawn digits are not all in it, MNIST's own
  // are.
  const int different = different_images(read_text(back + kImages), read_text(test_images()));
  CHECK(different >= 0);
  CHECK(different <= 20);
  CHECK(read_text(back + kLabels) == read_text(generated_data() / ("t10k" + kLabels)));
}

TEST_CASE("MNIST's images come back from pictures as they were", "[data][needs-mnist]") {
  const TemporaryDirectory folder;
  const fs::path mnist = mnist_files_or_skip();
  const bool is_packed = fs::exists(mnist / ("t10k" + kImages + ".gz"));
  const std::string from = (mnist / ("t10k" + kImages)).string() + (is_packed ? ".gz" : "");
  const std::string plain = (folder / "plain").string();
  const std::string pictures = (folder / "pictures").string();
  const std::string back = (folder / "back").string();
  REQUIRE(data({"idx", from, "--digit", "7", "--out", plain}).exit_code == 0);
  REQUIRE(data({"pictures", plain + kImages, "--out", pictures}).exit_code == 0);
  REQUIRE(data({"idx", pictures, "--out", back}).exit_code == 0);
  CHECK(read_text(back + kImages) == read_text(plain + kImages));
}

TEST_CASE("several sources become one pair of IDX files, of one class if asked", "[data]") {
  const TemporaryDirectory folder;
  const std::string out = (folder / "new" / "both").string();
  const std::string csv = (folder / "pixels.csv").string();
  std::string line = "7";
  for (int i = 0; i < 784; ++i) line += "," + std::to_string(i % 256);
  write_text(csv, line + "\n");
  REQUIRE(data({"idx", test_images(), csv, "--digit", "7", "--out", out}).exit_code == 0);
  const std::string labels = read_text(out + kLabels);
  CHECK(labels.substr(8) == std::string(51, '\7'));
  CHECK(static_cast<unsigned char>(read_text(out + kImages).back()) == 783 % 256);

  check_refused(data({"idx", csv, "--out", out}), "already exists");
  check_refused(data({"idx", csv, "--digit", "3", "--out", (folder / "none").string()}),
                "no digit is labelled 3");
}

TEST_CASE("images of another orientation are set upright", "[data]") {
  const TemporaryDirectory folder;
  const auto convert = [&](const std::string& from, const std::string& name) {
    const std::string out = (folder / name).string();
    REQUIRE(
        data({"idx", from, "--orientation", "transposed", "--invert", "--out", out}).exit_code ==
        0);
    return out + kImages;
  };
  const std::string once = convert(test_images(), "once");
  CHECK(read_text(once) != read_text(test_images()));
  const Outcome check = data({"check", once});
  CHECK(check.exit_code == 1);
  CHECK(check.out.find("set invert") != std::string::npos);
  CHECK(read_text(convert(once, "twice")) == read_text(test_images()));
}

TEST_CASE("what is odd about a source is said, and nothing of one that is not", "[data]") {
  const TemporaryDirectory folder;
  const Outcome fine = data({"check", test_images()});
  CHECK(fine.exit_code == 0);
  CHECK(fine.out.empty());
  CHECK(fine.err.find("500 images, nothing odd") != std::string::npos);

  fs::copy_file(pictures()[4], folder / "a_label4.png");
  write_text(folder / "b_label5.png", "not a picture");
  write_text(folder / "notes.txt", "");
  const Outcome odd = data({"check", folder.path().string()});
  INFO(odd.out);
  CHECK(odd.exit_code == 1);
  fs::create_directory(folder / "none");
  fs::copy_file(pictures()[7], folder / "none" / "c.png");
  const Outcome others = data({"check", "/absent", folder.path().string()});
  CHECK(others.exit_code == 2);
  CHECK(others.err.find("mnist-data: /absent: no such file or folder") != std::string::npos);
  CHECK(others.err.find("1 image, 1 file labelled as not a digit") != std::string::npos);
  CHECK(others.out == odd.out);
  CHECK(odd.out.find("left out: " + (folder / "b_label5.png").string()) != std::string::npos);
  CHECK(odd.out.find("1 file without a label") != std::string::npos);
  CHECK(odd.out.find("no image of 0, 1, 2, 3, 5, 6, 7, 8, 9") != std::string::npos);
}

TEST_CASE("a sheet shows the digits", "[data]") {
  const TemporaryDirectory folder;
  const std::string sheet = (folder / "sheet.png").string();
  const Outcome outcome =
      data({"sheet", test_images(), "--digit", "4", "--count", "30", "-o", sheet});
  INFO(outcome.err);
  REQUIRE(outcome.exit_code == 0);
  CHECK(outcome.out == sheet + "\n");
  CHECK(read_text(sheet).substr(1, 3) == "PNG");
  CHECK(data({"sheet", test_images(), "-o", sheet}).exit_code == 0);  // again
}

TEST_CASE("wrong labels are among the first suspects", "[data]") {
  const TemporaryDirectory folder;
  const std::string images = (folder / ("x" + kImages)).string();
  fs::copy_file(test_images(), images);
  const std::string labels = read_text(generated_data() / ("t10k" + kLabels));
  const std::size_t wrong = 8 + 123;
  const char other = static_cast<char>((labels[wrong] + 3) % 10);
  write_text(folder / ("x" + kLabels), with_byte(labels, wrong, other));

  const std::string out = (folder / "suspects").string();
  const auto find = [&] { return data({"suspects", images, "--out", out, "--seed", "3"}); };
  const Outcome outcome = find();
  INFO(outcome.err);
  REQUIRE(outcome.exit_code == 0);
  CHECK(lines_of(outcome.out) ==
        std::vector<std::string>{out + "/suspects.csv", out + "/suspects.png"});
  const std::string list = read_text(out + "/suspects.csv");
  const auto lines = lines_of(list);
  REQUIRE(lines.size() >= 2);
  CHECK(lines[0] == "image,label,suggested,label_probability,suggested_probability,confident");
  bool is_near_the_top = false;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    CHECK(std::ranges::count(lines[i], ',') == 5);
    CHECK((lines[i].ends_with(",yes") || lines[i].ends_with(",no")));
    is_near_the_top = is_near_the_top || (i < 6 && lines[i].find("#123,") != std::string::npos);
  }
  INFO(list);
  CHECK(is_near_the_top);
  REQUIRE(find().exit_code == 0);
  CHECK(read_text(out + "/suspects.csv") == list);
}

TEST_CASE("a verb refuses what it cannot do, in one line", "[data]") {
  const TemporaryDirectory folder;
  const std::string out = (folder / "out").string();
  check_refused(data({"sheet", test_images()}), "'sheet' needs --out");
  check_refused(data({"check", test_images(), "--digit", "3"}),
                "--digit cannot be used with 'check'");
  check_refused(data({"sheet", test_images(), "-o", out, "--folds", "3"}),
                "--folds cannot be used with 'sheet'");
  check_refused(data({"idx", generated_data().string(), "-o", out}), "a folder of IDX files");
  check_refused(data({"idx", (folder / "none").string(), "-o", out}), "no such file or folder");
  check_refused(data({"check", pictures()[3]}), "not IDX images");
  check_refused(data({"turn", test_images()}), "turn");
  check_refused(data({"check", fs::path(pictures()[3]).parent_path().string(), "--invert"}),
                "pictures are read as they are");
  check_refused(data({"suspects", test_images(), "-o", out, "--config", "/absent"}), "/absent");
  CHECK(fs::is_empty(folder.path()));

  std::string line = "7";
  for (int i = 0; i < 784; ++i) line += ",0";
  const std::string csv = (folder / "PIXELS.CSV").string();
  write_text(csv, line + "\n");
  check_refused(data({"suspects", csv, "-o", out}), "all labels are the same");
  check_refused(data({"check", csv, "--labels", test_images()}), "has its own labels");
  check_refused(data({"sheet", csv, "-o", csv}), "is not a PNG file");
  check_refused(data({"idx", csv, "-o", folder.path().string()}), "is a folder");
  check_refused(data({"suspects", csv, "-o", csv}), "is not a folder");
  fs::create_directory(out);
  write_text(folder / "out" / "here", "");
  check_refused(data({"pictures", csv, "-o", out}), "is not an empty folder");
}

TEST_CASE("names of any bytes are shown and listed", "[data]") {
  const TemporaryDirectory folder;
  const std::string mine = (folder / "mine").string();
  fs::create_directory(mine);
  for (int i = 0; i < 40; ++i) {
    const std::string label = std::to_string(i % 10);
    const char* odd = i % 2 == 0 ? "größer als alles andere " : "\xff\xfe ";
    fs::copy_file(pictures()[static_cast<std::size_t>(i % 10)],
                  mine + "/" + odd + std::to_string(i) + "_label" + label + ".png");
  }
  const std::string out = (folder / "suspects").string();
  const Outcome outcome = data({"suspects", mine, "-o", out, "--folds", "2"});
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
  CHECK(fs::exists(out + "/suspects.png"));
}

}  // namespace mnist::testing
